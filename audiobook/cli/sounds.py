"""``audiobook voices`` and ``music``: hear what there is to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiobook.cli.options import echo_json

if TYPE_CHECKING:
    from audiobook.music.composed import ComposedBed
    from audiobook.music.palette import Palette
    from audiobook.speech.engine import Engine, Voice

__all__ = ["music_command", "voices_command"]


@click.command(
    "voices",
    short_help="List the voices, or let one say something.",
    epilog="""
\b
Examples:
  audiobook voices
  audiobook voices --engine kokoro
  audiobook voices --engine gtts    # languages, accents, and all of them slowly
  audiobook voices --say "Good evening." --voice kokoro:bm_george -o hello.mp3
""",
)
@click.option("--engine", metavar="ENGINE", help="Only this engine's voices [default: all].")
@click.option("--language", metavar="L", help="Only voices that speak it, e.g. fr [default: all].")
@click.option("--say", metavar="TEXT", help="Speak a text instead of listing; needs -o.")
@click.option("--voice", metavar="ENGINE:VOICE", help="Who says it [default: kokoro:af_heart].")
@click.option("-o", "--out", metavar="FILE", help="Where to: .mp3, .wav, .flac or .ogg.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def voices_command(
    engine: str | None,
    language: str | None,
    say: str | None,
    voice: str | None,
    out: str | None,
    as_json: bool,
) -> None:
    """List the voices, or let one say something."""
    from audiobook.errors import SpeechError
    from audiobook.speech.registry import engine_names, load_engine, speaks

    if say is not None:
        if not out:
            raise click.UsageError("--say needs -o FILE")
        _say(say, voice, engine, language, Path(out))
        return
    engines = [load_engine(name) for name in ([engine] if engine else engine_names())]
    found = {e: [v for v in e.voices() if speaks(v, language or "")] for e in engines}
    if language and not any(v.language for voices in found.values() for v in voices):
        raise SpeechError(f'no voice speaks "{language}"; name a language by its code, e.g. fr')
    if as_json:
        echo_json(
            [
                {
                    "voice": v.address,
                    "language": v.language,
                    "gender": v.gender,
                    "about": v.about,
                }
                for voices in found.values()
                for v in voices
            ]
        )
        return
    for e, voices in found.items():
        if voices or not language:
            _list(e, voices, everything=bool(engine or language))


MOST = 24  # voices of an engine that are listed when nobody asked for just that engine


def _list(engine: Engine, voices: list[Voice], *, everything: bool) -> None:
    missing = engine.missing()
    network = ", needs the network" if engine.online else ""
    click.echo(f"{engine.name} ({len(voices)}{network})" + (f": {missing}" if missing else ""))
    shown = voices if everything else voices[:MOST]
    for v in shown:
        about = v.about or v.gender
        default = "  (default)" if v.name == engine.default_voice else ""
        click.echo(f"  {v.address:<28} {v.language or 'any':<8} {about}{default}".rstrip())
    if len(shown) < len(voices):
        more = f"audiobook voices --engine {engine.name}"
        click.echo(f"  and {len(voices) - len(shown)} more: {more}")


def _say(text: str, voice: str | None, engine: str | None, language: str | None, out: Path) -> None:
    from audiobook.audio import resample, to_stereo
    from audiobook.errors import SpeechError
    from audiobook.export.sounds import write_sound
    from audiobook.lexicon import say
    from audiobook.speech.clips import speak_checked
    from audiobook.speech.engine import Utterance
    from audiobook.speech.registry import default_voice, find_voice, load_engine

    chosen = voice or engine
    found = find_voice(chosen) if chosen else default_voice(language or "en", draft=False)[0]
    speaker = load_engine(found.engine)
    if missing := speaker.missing():
        raise SpeechError(f"{found.address} cannot speak here: {missing}")
    spoken = language or found.language.partition("-")[0] or "en"
    words = say(text, {}, spoken)
    if not any(word.say for word in words):
        raise SpeechError("there is nothing to say: the text has no words")
    clip = speak_checked(speaker, Utterance(words, found.name, spoken))
    write_sound(out, [to_stereo(resample(clip.audio, clip.sample_rate))])
    click.echo(f"{out}: {found.address}, {clip.duration_s:.1f} s")


@click.command(
    "music",
    short_help="Compose music alone, to hear a palette and a mood.",
    epilog="""
\b
Examples:
  audiobook music --list
  audiobook music celtic --list                   # its moods and where it comes from
  audiobook music kazakh --mood wistful --seconds 90 --seed 3 -o bed.mp3
  audiobook music nordic -o bed.flac --picture bed.png
  audiobook music celtic --mood lively --score    # the notes, to read
  audiobook music celtic --toml > mine.toml       # to write your own from
  audiobook music mine.toml --midi bed.mid        # for other programs
""",
)
@click.argument("palette", required=False)
@click.option("--mood", metavar="MOOD", help="See --list [default: tender].")
@click.option(
    "--seconds",
    type=click.FloatRange(1, 6 * 3600),
    metavar="S",
    default=60.0,
    help="Length [default: 60].",
)
@click.option(
    "--seed", default="0", metavar="N", help="Another seed is another piece [default: 0]."
)
@click.option("-o", "--out", metavar="FILE", help="Where to: .mp3, .wav, .flac or .ogg.")
@click.option("--picture", metavar="FILE", help="Draw notes, waveform and spectrum: a .png.")
@click.option("--score", is_flag=True, help="Print the notes.")
@click.option("--midi", metavar="FILE", help="Write the notes as a standard MIDI file.")
@click.option("--toml", is_flag=True, help="Print the palette's file.")
@click.option("--list", "listing", is_flag=True, help="List palettes and moods.")
@click.option("--json", "as_json", is_flag=True, help="The list as JSON.")
def music_command(
    palette: str | None,
    mood: str | None,
    seconds: float,
    seed: str,
    out: str | None,
    picture: str | None,
    score: bool,
    midi: str | None,
    toml: bool,
    listing: bool,
    as_json: bool,
) -> None:
    """Compose music in a PALETTE [default: kazakh] and write it to a file, to hear it alone.

    PALETTE is a name from --list or a palette file of your own, which ends in .toml.
    """
    if as_json and not listing:
        raise click.UsageError("--json goes with --list")
    if listing:
        _list_palettes(palette, as_json=as_json)
        return
    from audiobook.music.moods import DEFAULT_PALETTE, palette_text

    palette = palette or DEFAULT_PALETTE
    if toml:
        click.echo(palette_text(palette), nl=False)
        return
    if not (out or picture or score or midi):
        raise click.UsageError("say where to: -o bed.mp3")
    from audiobook.audio import seconds_to_samples
    from audiobook.music.bed import open_cues
    from audiobook.music.composed import composed_bed
    from audiobook.music.midi import write_midi

    bed = composed_bed(open_cues(seconds_to_samples(seconds)), palette, mood or "", seed)
    if score:
        click.echo(bed.score.describe())
    if midi:
        write_midi(bed.score, bed.palette, Path(midi))
    _play(bed, seed, out, picture)
    made = f"{bed.palette.name}, {bed.mood.name}, {seconds:g} s"
    for file in filter(None, (out, picture)):
        click.echo(f"{file}: {made}")


def _play(bed: ComposedBed, seed: str, out: str | None, picture: str | None) -> None:
    """Play a bed once, into a file or a picture or both."""
    from collections import deque

    from audiobook.export.bedpicture import BedPicture
    from audiobook.export.sounds import write_sound

    blocks = bed.blocks()
    if picture:
        title = f"{bed.palette.title}, {bed.mood.name}"
        blocks = BedPicture(bed, Path(picture), title, f"seed {seed}").of(blocks)
    if out:
        write_sound(Path(out), blocks)
    elif picture:
        deque(blocks, maxlen=0)


def _list_palettes(chosen: str | None, *, as_json: bool) -> None:
    """List the palettes in short, or one of them whole."""
    from audiobook.music.moods import DEFAULT_MOOD, PALETTES, load_palette

    found = [load_palette(chosen)] if chosen else list(PALETTES.values())
    if as_json:
        echo_json([_as_json(palette) for palette in found])
    elif chosen:
        _describe(found[0])
    else:
        for palette in found:
            moods = [f"{m} (default)" if m == DEFAULT_MOOD else m for m in palette.moods]
            click.echo(f"{palette.name}: {palette.summary}\n    {', '.join(moods)}")
        click.echo(
            "One of your own is a file: audiobook music kazakh --toml > mine.toml, change it, "
            "and name mine.toml in place of kazakh."
        )


def _describe(palette: Palette) -> None:
    click.echo(f"{palette.name}: {palette.summary or palette.about}")
    width = max(map(len, palette.moods))
    for name, mood in palette.moods.items():
        click.echo(f"  {name:<{width}}  {mood.about}")
    for text in (palette.about if palette.summary else "", palette.source):
        if text:
            click.echo(f"\n{text}")


def _as_json(palette: Palette) -> dict[str, object]:
    return {
        "palette": palette.name,
        "title": palette.title,
        "summary": palette.summary,
        "about": palette.about,
        "source": palette.source,
        "instruments": list(palette.instruments),
        "moods": {name: mood.about for name, mood in palette.moods.items()},
    }
