"""The text of a palette file in, a `Palette` out, or the line that says what is wrong with it."""

from __future__ import annotations

import hashlib

from audiobook.music.instruments import MODELS, ParameterError, instrument
from audiobook.music.moodtable import LONGEST_BAR, SHORTEST_BAR, Known, read_mood
from audiobook.music.palette import Palette, Plan, Rhythms, Scale, Scored
from audiobook.music.tables import Table, read_table

__all__ = ["parse_palette"]

KINDS = ("low", "middle", "climax")
NAMED = (*KINDS, "small climax")
STROKES = "Dt."
SAME = 1e-6


def parse_palette(text: str, name: str, file_name: str) -> Palette:
    """Make a palette of the text of its file.

    Parameters
    ----------
    text : str
        TOML.
    name : str
        What the palette is called.
    file_name : str
        What the file is called in errors.

    Raises
    ------
    MusicError
        With the line, if it is not TOML, lacks a key, or has an unknown one or a wrong value.
    """
    table = read_table(text, file_name)
    instruments = {n: _instrument(t, n) for n, t in table.tables("instruments").items()}
    known = Known(
        {n: _scale(t, n) for t in [table.table("scales")] for n in t.names()},
        {n: _rhythms(t) for n, t in table.tables("rhythms").items()},
        {n: _drumming(t) for n, t in table.tables("drums").items()} if "drums" in table else {},
        instruments,
    )
    palette = Palette(
        name=name,
        title=table.text("title", name),
        summary=table.text("summary", ""),
        about=table.text("about"),
        source=table.text("source", ""),
        tonic=table.pitch("tonic"),
        moods={n: read_mood(t, n, known) for n, t in table.tables("moods").items()},
        instruments=instruments,
        plan=_plan(table.table("form")) if "form" in table else Plan(),
        fingerprint=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )
    table.close()
    return palette


def _scale(table: Table, key: str) -> Scale:
    scale = table.numbers(key, least=0.0, most=11.99)
    if scale[:1] != [0.0] or scale != sorted(set(scale)) or len(scale) < 4:
        table.wrong(key, "must rise from 0 (the tonic) in semitones, with at least four tones")
    return tuple(scale)


def _bar_length(table: Table, key: str) -> int:
    if not key.isascii() or not key.isdigit() or not SHORTEST_BAR <= int(key) <= LONGEST_BAR:
        table.wrong(key, f"must be a bar's length in eighths, {SHORTEST_BAR} to {LONGEST_BAR}")
    return int(key)


def _rhythms(table: Table) -> Rhythms:
    rhythms = {}
    for key in table.names():
        length = _bar_length(table, key)
        cells = table.lists(key, least=0.25, most=LONGEST_BAR)
        for cell in cells:
            if abs(sum(cell) - length) > SAME:
                table.wrong(key, f"has a bar of {sum(cell):g} eighths: {_listed(cell)}; mend it")
        rhythms[length] = tuple(tuple(cell) for cell in cells)
    return rhythms


def _drumming(table: Table) -> dict[int, str]:
    patterns = {}
    for key in table.names():
        length = _bar_length(table, key)
        strokes = table.text(key)
        if len(strokes) != length or set(strokes) - set(STROKES):
            table.wrong(key, f'must be {length} signs, each "D" (low), "t" (high) or "." (none)')
        patterns[length] = strokes
    return patterns


def _instrument(table: Table, name: str) -> Scored:
    parameters = table.table("parameters") if "parameters" in table else None
    named = parameters.names() if parameters else ()
    lowest, highest = table.pitch("lowest", 36.0), table.pitch("highest", 96.0)
    if highest - lowest < 12.0:
        table.wrong("highest", "must lie at least an octave above lowest")
    tuning = table.numbers("tuning", (), least=-24.0, most=24.0)
    if tuning != sorted(tuning):
        table.wrong("tuning", "must rise, the low string or stroke first")
    model = table.one_of("model", MODELS, "instrument of the program")
    changed = {p: parameters.number(p, least=-1e6, most=1e6) for p in named if parameters}
    try:
        instrument(model, changed)
    except ParameterError as error:
        (parameters or table).wrong(error.key, error.problem)
    found = Scored(
        name=name,
        model=model,
        parameters=changed,
        gain=table.number("gain", 1.0, least=0.0, most=8.0),
        send=table.number("send", 0.3, least=0.0, most=2.0),
        pan=table.number("pan", 0.0, least=-1.0, most=1.0),
        octave=table.whole("octave", 0, least=-3, most=3),
        sustains=table.flag("sustains", default=False),
        tuning=tuple(tuning),
        lowest=lowest,
        highest=highest,
        program=table.whole("program", 1, least=1, most=128),
    )
    table.close()
    return found


def _plan(table: Table) -> Plan:
    plan = Plan()
    names = {}
    if "names" in table:
        inner = table.table("names")
        names = {kind: inner.text(kind) for kind in NAMED if kind in inner}
        inner.close()
    found = Plan(
        _stations(table) if "stations" in table else plan.stations,
        table.number("middle", plan.middle, least=0.0, most=1.0),
        table.number("small", plan.small, least=0.0, most=1.0),
        names,
    )
    table.close()
    return found


def _stations(table: Table) -> tuple[tuple[float, str], ...]:
    pairs = table.raw("stations")
    shape = 'must be pairs such as [[0.0, "low"], [0.5, "climax"], [0.8, "low"]]'
    if not isinstance(pairs, list) or not all(_is_station(pair) for pair in pairs):
        table.wrong("stations", shape)
    starts = [p[0] for p in pairs if isinstance(p[0], int | float) and 0.0 <= p[0] < 1.0]
    if len(starts) != len(pairs) or starts != sorted(starts) or starts[:1] != [0.0]:
        table.wrong("stations", f"{shape}, rising from 0.0 and below 1.0")
    kinds = [p[1] for p in pairs]
    if set(kinds) - set(KINDS) or kinds.count("climax") != 1:
        table.wrong("stations", f'{shape}: "low", "middle" and one "climax"')
    return tuple((float(start), kind) for start, kind in pairs)


def _is_station(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], str)


def _listed(cell: list[float]) -> str:
    return "[" + ", ".join(f"{length:g}" for length in cell) + "]"
