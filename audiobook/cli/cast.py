"""``audiobook cast``: who speaks in a story, how surely, and with which voice."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from audiobook.cli.options import Asked, Desk, desk_of, echo_json, story_options

if TYPE_CHECKING:
    from audiobook.build.prepare import Preparation
    from audiobook.cast import Line, Speaker

__all__ = ["cast_command"]

SAMPLES = 3
SAMPLE_CHARS = 60
LINE_CHARS = 48


@click.command(
    "cast",
    short_help="List who speaks, with lines and voices.",
    epilog="""
\b
Examples:
  audiobook cast mybook                 # who speaks, how much, and with which voice
  audiobook cast mybook --write         # put them into book.toml, to change what does not fit
  audiobook cast mybook --lines         # every quoted line: who says it, how surely, and why
""",
)
@story_options
@click.option("--lines", "all_lines", is_flag=True, help="Every quoted line, with why.")
@click.option("--write", "keep", is_flag=True, help="Put who is not there yet into book.toml.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def cast_command(all_lines: bool, keep: bool, as_json: bool, **typed: Any) -> None:
    """List the speakers of STORY: lines, gender, voice, and some of what they say.

    Voices are those that --cast auto gives, but for speakers that [cast] in book.toml names. The
    narrator reads a line whose speaker is not sure enough, and whoever tells the story as "I".
    """
    desk = desk_of(Asked(**typed))
    preparation = _prepared(desk)
    if as_json:
        echo_json(_as_json(desk, preparation))
    else:
        (_echo_lines if all_lines else _echo_speakers)(desk, preparation)
    for note in preparation.notes:
        click.echo(f"note: {note}", err=True)
    if keep:
        _write(desk, preparation)


def _prepared(desk: Desk) -> Preparation:
    from audiobook.build.prepare import Preparation
    from audiobook.profiles import profile_named
    from audiobook.story.source import completed

    voice = desk.book.voice
    book = completed(desk.book, desk.story)
    book = replace(book, voice=replace(voice, cast=voice.cast or "auto"))
    profile = profile_named(desk.options.profile)
    is_kept = partial(desk.store.has, "clip")
    return Preparation(desk.story, book, desk.options, profile, is_kept)


def _said(desk: Desk, line: Line) -> str:
    text = desk.story.chapters[line.chapter].blocks[line.block].text.strip()
    return text[line.start : line.end]


def _short(text: str, n_chars: int) -> str:
    return text if len(text) <= n_chars else f"{text[: n_chars - 1].rstrip()}…"


def _voice(preparation: Preparation, name: str) -> str:
    voice = preparation.casting.voices.get(name)
    return voice.address if voice else "narrator"


def _samples(desk: Desk, lines: tuple[Line, ...]) -> list[str]:
    """Return some lines of a speaker: the surest ones that are long enough to know them by."""
    said = [(line.confidence, _said(desk, line)) for line in lines]
    best = sorted(said, key=lambda entry: (-entry[0], abs(len(entry[1]) - SAMPLE_CHARS)))
    return [_short(text, SAMPLE_CHARS) for _, text in best[:SAMPLES]]


def _about(preparation: Preparation, speaker: Speaker) -> str:
    from audiobook.cli.words import count

    lines = count(len(preparation.casting.cast.lines_of(speaker.name)), "line")
    also = f"also {', '.join(speaker.also)}" if speaker.also else ""
    return "; ".join(part for part in (lines, speaker.gender, also) if part)


def _echo_speakers(desk: Desk, preparation: Preparation) -> None:
    from audiobook.cli.words import count

    cast = preparation.casting.cast
    for speaker in cast.speakers:
        about = _about(preparation, speaker)
        click.echo(f"{speaker.name}: {about}; {_voice(preparation, speaker.name)}")
        for sample in _samples(desk, cast.lines_of(speaker.name)):
            click.echo(f"    {sample}")
    rest = sum(not line.is_sure for line in cast.lines)
    if not cast.lines:
        click.echo("nobody speaks in quotes")
    elif rest:
        lines = f"{rest} of {count(len(cast.lines), 'quoted line')}"
        click.echo(f"the narrator reads {lines}: who says them is not sure")


def _echo_lines(desk: Desk, preparation: Preparation) -> None:
    chapter = -1
    for line in preparation.casting.cast.lines:
        if line.chapter != chapter:
            chapter = line.chapter
            click.echo(f"{chapter + 1} {desk.story.chapters[chapter].title}")
        sure = "" if line.is_sure else " (narrator reads)"
        who = f"{line.speaker or 'nobody'} {line.confidence:.2f}, {line.rule}{sure}"
        click.echo(f"  {_short(_said(desk, line), LINE_CHARS)}\n      {who}")


def _as_json(desk: Desk, preparation: Preparation) -> dict[str, Any]:
    cast = preparation.casting.cast
    return {
        "speakers": [
            {
                "name": speaker.name,
                "also": speaker.also,
                "gender": speaker.gender,
                "lines": len(cast.lines_of(speaker.name)),
                "voice": _voice(preparation, speaker.name),
                "samples": _samples(desk, cast.lines_of(speaker.name)),
            }
            for speaker in cast.speakers
        ],
        "lines": [
            {
                "chapter": line.chapter + 1,
                "line": desk.story.chapters[line.chapter].blocks[line.block].line,
                "text": _said(desk, line),
                "speaker": line.speaker,
                "confidence": line.confidence,
                "rule": line.rule,
                "sure": line.is_sure,
            }
            for line in cast.lines
        ],
    }


def _write(desk: Desk, preparation: Preparation) -> None:
    """Put everybody into book.toml who is not in it yet."""
    from audiobook.errors import StoryError
    from audiobook.story import write_cast
    from audiobook.story.project import BOOK_NAME

    path = desk.options.base / BOOK_NAME
    if not path.is_file():
        raise StoryError(f'{path} does not exist; make a project with "audiobook new" first')
    speakers = preparation.casting.cast.speakers
    new = [s for s in speakers if not {s.name, *s.also} & set(desk.book.cast)]
    voices = {speaker.name: _voice(preparation, speaker.name) for speaker in new}
    write_cast(path, voices, {speaker.name: _about(preparation, speaker) for speaker in new})
    click.echo(f"{path}: {len(voices)} added under [cast]", err=True)
