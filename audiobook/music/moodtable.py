"""One ``[moods.NAME]`` table of a palette file in, a `Mood` out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from audiobook.music.palette import Arpeggio, Drum, Mood, Pad, Rhythms, Scale, Scored, Touch
from audiobook.music.tables import Table

__all__ = ["LONGEST_BAR", "SHORTEST_BAR", "Known", "read_mood"]

SHORTEST_BAR, LONGEST_BAR = 2, 16  # eighths
LONGEST_PHRASE = 48  # eighths; longer ones leave no room to meet the speech


class Known:
    """What moods may name."""

    def __init__(
        self,
        scales: Mapping[str, Scale],
        rhythms: Mapping[str, Rhythms],
        drums: Mapping[str, Mapping[int, str]],
        instruments: Mapping[str, Scored],
    ) -> None:
        self.scales = scales
        self.rhythms = rhythms
        self.drums = drums
        self.instruments = instruments

    @property
    def struck(self) -> list[str]:
        """Instruments that ring after a stroke."""
        return [name for name, played in self.instruments.items() if not played.sustains]


def read_mood(table: Table, name: str, known: Known) -> Mood:
    """Read one mood. Raises `MusicError` with the line of what is wrong."""
    lead = table.one_of("lead", known.instruments, "instrument of this palette")
    rhythms = known.rhythms[table.one_of("rhythms", known.rhythms, "table under [rhythms]")]
    drum = _drum(table, known)
    found = Mood(
        name=name,
        about=table.text("about"),
        scale=known.scales[table.one_of("scale", known.scales, "scale of this palette")],
        bpm=table.number("bpm", least=20.0, most=240.0),
        metres=_metres(table, rhythms, drum),
        rhythms=rhythms,
        velocity=table.number("velocity", 0.5, least=0.05, most=1.0),
        rest_bars=table.number("rest_bars", 0.7, least=0.0, most=4.0),
        lead=lead,
        turn=_optional(table, "turn", known.instruments),
        cadence=_optional(table, "cadence", known.instruments) or _first_struck(table, known, lead),
        sway=_sway(table),
        drone_strokes=table.number("drone_strokes", 0.0, least=0.0, most=1.0),
        grace=table.number("grace", 0.0, least=0.0, most=1.0),
        climax=table.number("climax", 1.0, least=0.0, most=2.0),
        level_db=table.number("level_db", 0.0, least=-30.0, most=30.0),
        pad=_pad(table, known),
        arpeggio=_arpeggio(table, known),
        touch=_touch(table, known),
        drum=drum,
    )
    table.close()
    return found


def _optional(table: Table, key: str, known: Collection[str]) -> str:
    return table.one_of(key, known, "instrument of this palette") if key in table else ""


def _first_struck(table: Table, known: Known, lead: str) -> str:
    """Return who can strum: the lead, or who else plays in the mood, or the lead after all."""
    others = [table.table(role).text("instrument") for role in ("arpeggio",) if role in table]
    return next((name for name in (lead, *others) if name in known.struck), lead)


def _metres(table: Table, rhythms: Rhythms, drum: Drum | None) -> tuple[tuple[int, ...], ...]:
    metres = []
    for bars in table.lists("metres", least=SHORTEST_BAR, most=LONGEST_BAR):
        for bar in bars:
            if bar not in rhythms:
                known = ", ".join(map(str, rhythms)) or "none"
                problem = f"has a bar of {bar:g} eighths, for which there is no rhythm"
                table.wrong("metres", f"{problem}; those of this mood have bars of: {known}")
            if drum is not None and bar not in drum.patterns:
                known = ", ".join(map(str, drum.patterns)) or "none"
                problem = f"has a bar of {bar:g} eighths, which the drum cannot play"
                table.wrong("metres", f"{problem}; its patterns have bars of: {known}")
        if sum(bars) > LONGEST_PHRASE:
            table.wrong(
                "metres", f"has a phrase of {sum(bars):g} eighths; at most {LONGEST_PHRASE}"
            )
        metres.append(tuple(int(bar) for bar in bars))
    return tuple(metres)


def _sway(table: Table) -> tuple[float, ...]:
    beats = table.numbers("sway", (), least=0.4, most=2.0)
    if abs(sum(beats) - len(beats)) > 0.01:
        table.wrong("sway", f"must add up to {len(beats)}, the number of its beats")
    return tuple(beats)


def _pad(table: Table, known: Known) -> Pad | None:
    if "pad" not in table:
        return None
    inner = table.table("pad")
    pad = Pad(
        inner.one_of("instrument", known.instruments, "instrument of this palette"),
        inner.number("velocity", least=0.0, most=1.0),
        inner.whole("octave", 0, least=-3, most=3),
    )
    inner.close()
    return pad


def _arpeggio(table: Table, known: Known) -> Arpeggio | None:
    if "arpeggio" not in table:
        return None
    inner = table.table("arpeggio")
    patterns = inner.lists("patterns", least=-14, most=28, whole=True)
    arpeggio = Arpeggio(
        inner.one_of("instrument", known.instruments, "instrument of this palette"),
        tuple(tuple(int(degree) for degree in pattern) for pattern in patterns),
        inner.number("every", 2.0, least=0.25, most=LONGEST_BAR),
        inner.number("share", 1.0, least=0.0, most=1.0),
        inner.number("velocity", least=0.0, most=1.0),
        inner.whole("octave", 0, least=-3, most=3),
    )
    inner.close()
    return arpeggio


def _touch(table: Table, known: Known) -> Touch | None:
    if "touch" not in table:
        return None
    inner = table.table("touch")
    touch = Touch(
        inner.one_of("instrument", known.instruments, "instrument of this palette"),
        inner.number("share", 0.5, least=0.0, most=1.0),
        inner.number("velocity", least=0.0, most=1.0),
        inner.whole("octave", 0, least=-3, most=3),
    )
    inner.close()
    return touch


def _drum(table: Table, known: Known) -> Drum | None:
    if "drum" not in table:
        return None
    inner = table.table("drum")
    drum = Drum(
        inner.one_of("instrument", known.instruments, "instrument of this palette"),
        known.drums[inner.one_of("patterns", known.drums, "table under [drums]")],
        inner.number("share", 0.5, least=0.0, most=1.0),
        inner.number("velocity", least=0.0, most=1.0),
    )
    inner.close()
    return drum
