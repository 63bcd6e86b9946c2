"""A narrator on the network that cannot be asked: who reads then, and what the next build asks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from loopback import NO_PROXIES, PROXIES, TranslateService

from audiobook.build.fallback import instead, told
from audiobook.build.options import Options
from audiobook.build.plan import Plan, make_plan
from audiobook.build.state import BuildState
from audiobook.cli import app
from audiobook.errors import SpeechError
from audiobook.export.reportfile import schema
from audiobook.speech.gate import Gate, Kind, RefusedError
from audiobook.store import Store, default_root
from audiobook.story.book import Book, SegmentSettings, Voice
from audiobook.story.read import parse_story

STORY = """# One

The wolf came home. Nobody asked.

"Why?" he said.

"Why?" he said.

# Two

It snowed.
"""


def close_gate(now_s: float | None = None) -> None:
    """Let the service have refused a request."""

    def refuse() -> None:
        raise RefusedError("blocked for now", Kind.LASTING)

    path = default_root() / "online" / "gtts.json"
    with pytest.raises(RefusedError):
        Gate(path, lambda: now_s or time.time(), lambda _: None).ask(refuse, 0.0)


def open_gate() -> None:
    (default_root() / "online" / "gtts.json").unlink()


Planner = Callable[..., Plan]


@pytest.fixture
def planned(tmp_path: Path) -> Planner:
    """Give a function that plans the story for a narrator and a fallback."""

    def plan(
        narrator: str = "gtts:en",
        fallback: str = "tone:hum",
        state: BuildState | None = None,
        segments: tuple[SegmentSettings, ...] = (),
        **options: Any,
    ) -> Plan:
        book = Book(voice=Voice(narrator, fallback), segments=segments)
        asked = Options(tmp_path / "out", tmp_path, **options)
        return make_plan(
            parse_story(STORY, "tales.md", is_markdown=True),
            book,
            asked,
            Store(default_root()),
            state or BuildState(),
        )

    return plan


def keep(plan: Plan, *numbers: int) -> None:
    """Put clips of the first chapter into the store, as if they were spoken."""
    readings = plan.chapters[0].prepared.readings
    for number in numbers:
        Store(default_root()).put("clip", readings[number - 1].key, {}, b"")


def voices(plan: Plan) -> list[str]:
    return [r.voice.address for r in plan.chapters[0].prepared.readings]


def test_open_gate_changes_nothing(planned: Planner) -> None:
    """While the service can be asked, a fallback is in no key and no word is said of it."""
    plan, plain = planned(), planned(fallback="")
    keys = [[c.prepared.job.key for c in p.chapters] for p in (plan, plain)]
    assert keys[0] == keys[1]
    assert plan.notes == plain.notes
    assert not instead(plan.chapters[0].prepared.readings)


def test_what_is_missing_is_read_by_the_fallback(planned: Planner) -> None:
    """While the service is blocked, kept clips stay and the fallback reads the others, and says so.

    What it reads has keys of its own, equal to those of a book that it narrates.
    """
    keep(planned(), 1, 3)
    close_gate()
    plan = planned()
    assert voices(plan) == ["gtts:en", "tone:hum", "gtts:en", "gtts:en"]
    (read,) = instead(plan.chapters[0].prepared.readings)
    assert read.wanted == "gtts:en"
    alone = planned("tone:hum", "").chapters[0].prepared.readings
    assert read.key == alone[1].key
    assert all(r.voice.engine == "tone" for c in plan.stale for r in c.unspoken)
    said = [note for note in plan.notes if "blocked" in note]
    assert len(said) == 1
    assert said[0].endswith("tone:hum reads instead")
    assert "asked again after" in said[0]


def test_next_build_asks_for_the_rest_only(planned: Planner) -> None:
    """Once the gate is open the wanted voice is planned again: only what it has not read is asked.

    The reason names what happened.
    """
    keep(planned(), 1, 3)
    close_gate()
    away = planned()
    state = BuildState(chapters=[c.prepared.record for c in away.chapters])
    open_gate()
    plan = planned(state=state)
    assert plan.chapters[0].unspoken == (plan.chapters[0].prepared.readings[1],)
    assert "segment 2 read by tone:hum so far, as gtts:en was unavailable" in (
        plan.chapters[0].reasons
    )
    close_gate()
    before = BuildState(chapters=[c.prepared.record for c in plan.chapters])
    assert "segment 2 read by tone:hum, as gtts:en is unavailable" in (
        planned(state=before).chapters[0].reasons
    )


def test_one_refused_text_is_read_by_the_fallback(planned: Planner) -> None:
    """A text that the service has no sound for is read instead, and nothing else is."""
    wanted = planned().chapters[0].prepared.readings
    plan = planned(refused={wanted[1].key: "gtts:en sends silence"})
    assert voices(plan) == ["gtts:en", "tone:hum", "gtts:en", "gtts:en"]
    assert "gtts:en sends silence; tone:hum reads instead" in plan.notes
    assert told(plan.chapters[0].prepared.readings) == (
        "1 segment read by tone:hum in the place of gtts:en"
    )


def test_forced_build_keeps_what_cannot_be_made(planned: Planner) -> None:
    """--force during a block speaks again what it can and loses nothing that came before."""
    keep(planned(), 1, 3)
    close_gate()
    (chapter, *_) = planned(force=True).chapters
    assert [r.voice.address for r in chapter.unspoken] == ["tone:hum"]
    assert chapter.reasons == ("forced",)
    unaided = planned(force=True, fallback="").chapters[0].unspoken
    assert len(unaided) == 3, "without a fallback the build stops, and does not pretend"


def test_other_voices_are_left_alone(planned: Planner) -> None:
    """Only online voices are replaced, whoever they read for."""
    close_gate()
    id_ = planned("tone:hum").chapters[0].prepared.readings[1].segment.id
    mixed = planned("espeak:en-us", segments=(SegmentSettings(id_, voice="gtts:en@ie"),))
    assert voices(mixed) == ["espeak:en-us", "tone:hum", "espeak:en-us", "espeak:en-us"]
    assert not [n for n in planned("espeak:en-us").notes if "blocked" in n]


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        ("gtts:en@ie", "needs the network too; name an offline voice"),
        ("espaek", 'did you mean "espeak"?'),
        ("espeak:ru", "speaks ru, not en"),
    ],
)
def test_wrong_fallback_is_refused(planned: Planner, address: str, advice: str) -> None:
    """A fallback that could not read is refused at once, whether or not it is needed."""
    with pytest.raises(SpeechError) as caught:
        planned(fallback=address)
    assert advice in str(caught.value)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[TranslateService]:
    """Lead this process and its workers to a service on this machine."""
    with TranslateService() as running:
        for name in PROXIES:
            monkeypatch.setenv(name, running.proxy)
        for name in NO_PROXIES:
            monkeypatch.delenv(name, raising=False)
        yield running


def run(folder: Path, *words: str, status: int = 0) -> str:
    """Run a command on the story; returns all that it said."""
    (folder / "tales.md").write_text(STORY)
    common = [str(folder / "tales.md"), "-o", str(folder / "out"), "--music", "none"]
    done = CliRunner().invoke(app, [*words, *common, "--voice", "gtts:en"], catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


def test_book_comes_out_complete(service: TranslateService, tmp_path: Path) -> None:
    """A service that fails and then blocks: the book is complete, and the next build mends it.

    Equal segments are asked for once; what the fallback read is listed; nobody asks during the
    block, and afterwards only what is missing; the book is then wholly the online voice's.
    """
    service.faults += ["429 1", "", "", "", "429 7200"]
    said = run(tmp_path, "build", "--fallback", "tone:hum", "--jobs", "1")
    asked = ["One", "One", "The wolf came home. Nobody asked.", '"Why?" he said.', "Two"]
    assert service.texts == asked
    assert service.most_at_once == 1
    assert service.arrivals_s[1] - service.arrivals_s[0] >= 1.0
    assert "2 chapters made, 15 files written" in said
    assert "2 segments read by tone:hum in the place of gtts:en (see build.json)" in said
    report = json.loads((tmp_path / "out/build.json").read_text())
    jsonschema.validate(report, schema())
    listed = [(entry["chapter"], entry["voice"], entry["wanted"]) for entry in report["fallback"]]
    assert listed == [(n, "tone:hum", "gtts:en") for n in (2, 2)]
    heard = [s["voice"] for c in report["chapters"] for s in c["segments"]]
    assert heard == ["gtts:en"] * 4 + ["tone:hum"] * 2

    assert "nothing to do" in run(tmp_path, "build", "--fallback", "tone:hum", "--dry-run")
    assert "2 segments read by tone:hum in the place of gtts:en" in run(
        tmp_path, "chapters", "--fallback", "tone:hum"
    )
    blocked = run(tmp_path, "build", status=1)
    assert "Error: gtts: blocked for now, too many requests (429); asked again after" in blocked
    assert "--fallback" in blocked
    assert blocked.count("\n") == 1
    assert service.texts == asked

    open_gate()
    said = run(tmp_path, "build", "--fallback", "tone:hum", "--jobs", "1", "--why")
    assert service.texts[len(asked) :] == ["Two", "It snowed."]
    assert "chapter 2: segments 1-2 read by tone:hum so far, as gtts:en was unavailable" in said
    report = json.loads((tmp_path / "out/build.json").read_text())
    assert report["fallback"] == []
    assert {s["voice"] for c in report["chapters"] for s in c["segments"]} == {"gtts:en"}
