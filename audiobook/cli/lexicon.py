"""``audiobook lexicon``: which words the book's lexicon says, and which may still be said wrong."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from audiobook.cli.group import SuggestingGroup
from audiobook.cli.options import Asked, desk_of, echo_json, story_options
from audiobook.cli.words import count

if TYPE_CHECKING:
    from audiobook.build.plan import Plan
    from audiobook.lexicon.review import Doubtful
    from audiobook.lexicon.sources import Shadowed

__all__ = ["lexicon_command"]

MOST = 20  # words that are shown when nobody says how many
HEARD = 8  # words in the command that lets one hear them
SAMPLE = "words.mp3"


@click.group(
    "lexicon",
    cls=SuggestingGroup,
    short_help="Look at how words are said.",
    epilog="""
\b
Examples:
  audiobook lexicon check story.md
""",
)
def lexicon_command() -> None:
    """Look at how words are said.

    [lexicon] in book.toml says it word by word, and lexicons = ["names.pls"] names W3C
    pronunciation lexicons beside it.
    """


@lexicon_command.command(
    "check",
    epilog="""
\b
Examples:
  audiobook lexicon check story.md
  audiobook lexicon check mybook --most 50
  audiobook lexicon check mybook --json
""",
)
@story_options
@click.option(
    "--most",
    type=click.IntRange(0),
    default=MOST,
    metavar="N",
    help=f"List as many doubtful words [default: {MOST}].",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def check(most: int, as_json: bool, **typed: Any) -> None:
    """List the entries that do nothing, and the words most likely to be said wrong.

    An entry does nothing when its word is not in STORY, or when another lexicon says the word
    before it. Words are doubtful when they are names or spelt unlike the rest of the story, and
    no lexicon has them; frequent ones come first.
    """
    plan = desk_of(Asked(**typed)).plan()
    found = _find(plan, most)
    if as_json:
        echo_json(_as_json(found, plan))
    else:
        _echo(found, plan)


@dataclass(frozen=True)
class _Findings:
    """What a check finds; ``unused`` are pairs of lexicon and word."""

    unused: Sequence[tuple[str, str]]
    lost: Sequence[Shadowed]
    doubtful: Sequence[Doubtful]
    sounds: Mapping[str, str]


def _find(plan: Plan, most: int) -> _Findings:
    from audiobook.lexicon import merged
    from audiobook.lexicon.review import doubtful_words, entries_met
    from audiobook.lexicon.sources import shadowed
    from audiobook.segments import SegmentKind

    segments = [r.segment for c in plan.chapters for r in c.prepared.readings]
    lexicon = merged(plan.lexicons)
    met = entries_met([s.text for s in segments], lexicon, plan.language)
    lost = shadowed(plan.lexicons)
    hidden = {(s.source, s.word) for s in lost}
    entries = [(source.name, word) for source in plan.lexicons for word in source.entries]
    unused = [entry for entry in entries if entry[1] not in met and entry not in hidden]
    # In titles every word has a capital, so that names do not show.
    plain = [s.text for s in segments if s.kind is SegmentKind.TEXT]
    doubtful = doubtful_words(plain, lexicon, plan.language, most=most)
    return _Findings(unused, lost, doubtful, {d.word: _sounds(d.word, plan) for d in doubtful})


def _as_json(found: _Findings, plan: Plan) -> dict[str, Any]:
    return {
        "lexicons": [{"name": s.name, "entries": len(s.entries)} for s in plan.lexicons],
        "unused": [{"word": word, "lexicon": name} for name, word in found.unused],
        "shadowed": [{"word": s.word, "lexicon": s.source, "by": s.by} for s in found.lost],
        "doubtful": [
            {
                "word": doubt.word,
                "count": doubt.count,
                "reasons": doubt.reasons,
                "sounds": found.sounds[doubt.word],
            }
            for doubt in found.doubtful
        ],
        "hear": _hear(found.doubtful, plan),
        "notes": plan.notes,
    }


def _echo(found: _Findings, plan: Plan) -> None:
    for note in plan.notes:
        click.echo(note, err=True)
    for source in plan.lexicons:
        click.echo(f"{source.name}: {count(len(source.entries), 'word')}")
        words = [word for name, word in found.unused if name == source.name]
        for word in words[:MOST]:
            click.echo(f"  unused    {word} ({source.name}): not in the story")
        if len(words) > MOST:
            click.echo(f"  and {len(words) - MOST} more of {source.name}")
    for s in found.lost:
        click.echo(f"  shadowed  {s.word} ({s.source}): {s.by} says it first")
    if not found.doubtful:
        click.echo("no word looks as if it were said wrong")
        return
    click.echo("most likely to be said wrong:")
    for doubt in found.doubtful:
        why, sounds = ", ".join(doubt.reasons), found.sounds[doubt.word]
        click.echo(f"  {doubt.word:<20} {doubt.count:>4}x  {sounds:<20} {why}")
    click.echo(f"hear them: {_hear(found.doubtful, plan)}")
    first = found.doubtful[0].word
    click.echo(f'then say it in book.toml: [lexicon] {first} = {{ ipa = "...", say = "..." }}')


def _hear(doubtful: Sequence[Doubtful], plan: Plan) -> str:
    """Return the command that lets the narrator say the first of the words."""
    if not doubtful:
        return ""
    text = ". ".join(found.word for found in doubtful[:HEARD]) + "."
    voice = plan.chapters[0].prepared.readings[0].voice.address
    words = ["audiobook", "voices", "--say", text, "--voice", voice]
    return shlex.join([*words, "--language", plan.language, "-o", SAMPLE])


def _sounds(word: str, plan: Plan) -> str:
    """Return what espeak-ng makes of a word, as the natural voices get it."""
    from audiobook.errors import SpeechError
    from audiobook.speech import espeakng
    from audiobook.speech.registry import find_voice

    narrator = plan.chapters[0].prepared.readings[0].voice
    try:
        known = narrator.language in espeakng.languages()
        language = narrator.language if known else find_voice("espeak", plan.language).name
        return espeakng.phonemes(word, language)
    except SpeechError:  # another engine's language: it has rules of its own
        return ""
