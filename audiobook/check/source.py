"""What a finished folder was made of, as far as it can still be found: story, plan and store."""

from __future__ import annotations

from dataclasses import dataclass

from audiobook.build.arrange import ChapterJob
from audiobook.build.plan import Plan
from audiobook.build.reasons import why_stale
from audiobook.store import Store
from audiobook.story.model import Chapter

__all__ = ["Source"]


@dataclass(frozen=True)
class Source:
    """A plan of the same build, or why there is none.

    Attributes
    ----------
    plan : Plan or None
        What the same command would do now.
    why_not : str
        Why the plan is None.
    """

    store: Store
    plan: Plan | None = None
    why_not: str = ""

    def chapter(self, number: int) -> tuple[Chapter | None, str]:
        """Return a chapter as it was written when it was built, else why it is not known."""
        if self.plan is None:
            return None, self.why_not
        planned = next((c for c in self.plan.chapters if c.number == number), None)
        if planned is None or planned.old is None:
            return None, "the chapter is no longer in the story"
        readings = {"readings": [r["text"] for r in planned.prepared.record["readings"]]}
        if readings["readings"] != [r["text"] for r in planned.old["readings"]]:
            return None, "the story has changed since it was built"
        return planned.prepared.chapter, ""

    def job(self, number: int) -> tuple[ChapterJob | None, str]:
        """Return the work order that a chapter was made from, else why it is not known."""
        chapter, why_not = self.chapter(number)
        if chapter is None or self.plan is None:
            return None, why_not
        planned = next(c for c in self.plan.chapters if c.number == number)
        if why_stale(planned.old, planned.prepared.record):
            return None, "what it is made of has changed since it was built"
        return planned.prepared.job, ""
