"""``audiobook chapters``, ``segments`` and ``new``: what the program makes of a story's text."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from audiobook.cli.options import Asked, chapter_option, desk_of, echo_json, story_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audiobook.build.plan import Plan, PlannedChapter
    from audiobook.build.recipe import Reading
    from audiobook.mood import Turn
    from audiobook.story.model import LeftOut, Story

__all__ = ["chapters_command", "new_command", "segments_command"]

MOOD_INDENT = 6  # where chapters' titles begin
QUOTED_WORDS = 4


@click.command(
    "chapters",
    short_help="List the chapters of a story.",
    epilog="""
\b
Examples:
  audiobook chapters story.md
  audiobook chapters story.md --voice piper --music none
  audiobook chapters book.epub --all        # what is not read, too, and why
  audiobook chapters mybook --json | jq '.chapters[].title'
""",
)
@story_options
@click.option("--all", "shows_all", is_flag=True, help="With what is not read, and why.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def chapters_command(shows_all: bool, as_json: bool, **typed: Any) -> None:
    """List the chapters of STORY: words, segments, expected length, and whether each is finished.

    A length without "about" is measured: the chapter is finished. Another voice or other music is
    another chapter, so give the options of the build. Under each chapter stands the mood of its
    music and why, and the words before which another mood begins. What of it is no story
    (copyright, index, notes) is left out; --all lists it.
    """
    from audiobook.build.estimate import Speeds, length_s

    desk = desk_of(Asked(**typed))
    plan = desk.plan()
    speeds = Speeds.load(desk.store)
    lengths_s = [length_s(c, speeds, desk.store) for c in plan.chapters]
    if as_json:
        not_read = _not_read(plan.story) if shows_all else {}
        echo_json({**_as_data(plan, lengths_s), **not_read})
        return
    _echo_plan(plan, lengths_s, shows_all=shows_all)


def _as_data(plan: Plan, lengths_s: Sequence[float]) -> dict[str, Any]:
    pairs = zip(plan.chapters, lengths_s, strict=True)
    return {
        "title": plan.title,
        "author": plan.author,
        "language": plan.language,
        "chapters": [_chapter_data(chapter, seconds) for chapter, seconds in pairs],
    }


def _chapter_data(chapter: PlannedChapter, seconds: float) -> dict[str, Any]:
    from audiobook.build.fallback import instead

    prepared = chapter.prepared
    return {
        "number": chapter.number,
        "title": chapter.title,
        "words": prepared.chapter.n_words,
        "segments": len(prepared.readings),
        "estimated_s": round(seconds, 1),
        "fresh": chapter.is_fresh,
        "fallback": len(instead(prepared.readings)),
        "unread": [
            {"where": block.unread.where, "text": block.text}
            for block in prepared.chapter.blocks
            if block.unread
        ],
        "mood": _mood(chapter),
        "mood_why": prepared.job.music.mood_why if prepared.job.music else "",
        "moods": [
            {"segment": turn.segment_id, "mood": turn.mood, "why": turn.why}
            for turn in _turns(chapter)
        ],
    }


def _echo_plan(plan: Plan, lengths_s: Sequence[float], *, shows_all: bool) -> None:
    """Print the book, its chapters, and what is left out, each in its place."""
    from audiobook.cli.words import clock, count

    by = f" by {plan.author}" if plan.author else ""
    about = "" if all(c.is_fresh for c in plan.chapters) else "about "
    click.echo(f"{plan.title}{by} ({plan.language}), {about}{clock(sum(lengths_s))}")
    waiting = [*plan.story.left_out]
    for chapter, seconds in zip(plan.chapters, lengths_s, strict=True):
        while shows_all and waiting and waiting[0].after < chapter.number:
            _echo_left_out(waiting.pop(0))
        _echo_chapter(chapter, seconds)
    for part in waiting if shows_all else ():
        _echo_left_out(part)
    if shows_all and plan.story.omitted:
        found = ", ".join(f"{name} ({number})" for name, number in plan.story.omitted)
        click.echo(f"      not read within chapters: {found}")
    elif waiting:
        parts = count(len(waiting), "part")
        click.echo(f"      {parts} left out; audiobook chapters --all says which and why")


def _echo_chapter(chapter: PlannedChapter, seconds: float) -> None:
    from audiobook.build.fallback import told
    from audiobook.cli.words import clock, count, wrapped

    words = count(chapter.prepared.chapter.n_words, "word")
    segments = count(len(chapter.prepared.readings), "segment")
    about, state = ("", "finished") if chapter.is_fresh else ("about ", "to make")
    click.echo(
        f"{chapter.number:>4}  {chapter.title}: {words}, {segments}, "
        f"{about}{clock(seconds)}, {state}"
    )
    if by := told(chapter.prepared.readings):
        click.echo(wrapped(by, MOOD_INDENT))
    _echo_moods(chapter)
    for block in chapter.prepared.chapter.blocks:
        if block.unread:
            line = f'not read: {block.unread.where} "{_opening(block.text)}"'
            click.echo(wrapped(line, MOOD_INDENT))


def _opening(text: str) -> str:
    return " ".join(text.split()[:QUOTED_WORDS])


def _echo_moods(chapter: PlannedChapter) -> None:
    """Print the moods of a chapter's music and why, in lines that fit a terminal."""
    from audiobook.cli.words import wrapped

    music = chapter.prepared.job.music
    why = f": {music.mood_why}" if music and music.mood_why else ""
    click.echo(wrapped(f"{_mood(chapter) or 'no music'}{why}", MOOD_INDENT))
    texts = {r.segment.id: r.segment.text for r in chapter.prepared.readings}
    for turn in _turns(chapter):
        line = f'from "{_opening(texts[turn.segment_id])}" {turn.mood}: {turn.why}'
        click.echo(wrapped(line, MOOD_INDENT))


def _turns(chapter: PlannedChapter) -> tuple[Turn, ...]:
    music = chapter.prepared.job.music
    return music.turns if music else ()


def _echo_left_out(part: LeftOut) -> None:
    from audiobook.cli.words import count

    words = count(part.chapter.n_words, "word")
    click.echo(f"   -  {part.chapter.title}: {words}, left out as {part.kind}: {part.reason}")


def _not_read(story: Story) -> dict[str, Any]:
    return {
        "left_out": [
            {
                "title": part.chapter.title,
                "kind": part.kind,
                "reason": part.reason,
                "words": part.chapter.n_words,
                "after": part.after,
            }
            for part in story.left_out
        ],
        "omitted": dict(story.omitted),
    }


def _mood(chapter: PlannedChapter) -> str:
    music = chapter.prepared.job.music
    if music is None:
        return ""
    return "own music" if music.tracks else music.mood


@click.command(
    "segments",
    short_help="List what is said, by whom and how.",
    epilog="""
\b
Examples:
  audiobook segments story.md --chapter 2
  audiobook segments story.md --json
""",
)
@story_options
@chapter_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def segments_command(chapters: tuple[str, ...], as_json: bool, **typed: Any) -> None:
    """List the narrated segments of STORY in order: who says what, how, and the pause after.

    The id in front is what [[segment]] in book.toml takes.
    """
    from audiobook.segments import NARRATOR
    from audiobook.timeline import pauses_s

    desk = desk_of(Asked(**typed), chapters=chapters)
    plan = desk.plan()
    chosen = [c for c in plan.chapters if c.prepared.selected]
    after_s = {c.number: pauses_s(c.prepared.job.segments, plan.book.pauses) for c in chosen}
    if as_json:
        echo_json(
            {
                "chapters": [
                    {
                        "number": c.number,
                        "title": c.title,
                        "segments": [
                            {
                                "id": r.segment.id,
                                "kind": r.segment.kind,
                                "speaker": r.segment.speaker,
                                "voice": r.voice.address,
                                "wanted": r.wanted or r.voice.address,
                                "text": r.segment.text,
                                "spoken": r.segment.spoken,
                                "pause_s": pause_s,
                            }
                            for r, pause_s in zip(
                                c.prepared.readings, after_s[c.number], strict=True
                            )
                        ],
                    }
                    for c in chosen
                ]
            }
        )
        return
    for c in chosen:
        click.echo(f"{c.number} {c.title}")
        for r, pause in zip(c.prepared.readings, after_s[c.number], strict=True):
            segment = r.segment
            click.echo(f"  {segment.id:<11} {segment.text}")
            said = _said(r)
            if said != " ".join(w.written for w in segment.words):
                click.echo(f"  {'':<11} said: {said}")
            is_own = r.recording is not None and r.recording.group
            after = "as it is recorded" if is_own else f"then {pause:.2f} s ({segment.after})"
            who = "" if segment.speaker == NARRATOR else f"{segment.speaker}: "
            place = f" in the place of {r.wanted}" if r.wanted else ""
            click.echo(f"  {'':<11} {who}{r.voice.address}{place}, {after}")


def _said(reading: Reading) -> str:
    """Return what the engine is given: letters, and sounds between slashes where it takes them."""
    from audiobook.speech.registry import load_engine

    takes_ipa = not reading.recording and load_engine(reading.voice.engine).takes_ipa
    said = (f"/{w.ipa}/" if takes_ipa and w.ipa else w.say for w in reading.segment.words)
    return " ".join(word for word in said if word)


@click.command(
    "new",
    short_help="Make a folder with book.toml and story.md, to edit.",
    epilog="""
\b
Examples:
  audiobook new story.txt mybook    # then edit mybook/book.toml and mybook/story.md
""",
)
@click.argument("story", metavar="STORY")
@click.argument("folder", metavar="DIR")
def new_command(story: str, folder: str) -> None:
    """Write a project: DIR with book.toml and story.md, ready to edit.

    STORY is a text, Markdown, EPUB, PDF or other document, or - for standard input. Nothing is
    overwritten. Every setting stands in book.toml with its default. An EPUB's cover comes along,
    and what of a story is not read stands in left-out.md, each part with its reason.
    """
    from pathlib import Path

    from audiobook.story import new_project, open_project

    source = click.get_binary_stream("stdin").read() if story == "-" else Path(story)
    project = open_project(source)
    for path in new_project(project.story, project.book, Path(folder)):
        click.echo(path)
    click.echo(f"edit them, then: {shlex.join(['audiobook', 'build', folder])}", err=True)
