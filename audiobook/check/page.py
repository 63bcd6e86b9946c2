"""A judged folder in, one HTML page out: nothing is loaded from anywhere, titles are only text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from audiobook.check.curves import draw
from audiobook.check.folder import Checked, Examined
from audiobook.check.sound import clicks_of, spans_of
from audiobook.check.verdict import Verdict, number
from audiobook.export.files import write_whole
from audiobook.profiles import PROFILES

__all__ = ["page", "write_page"]

# Points in all curves of one kind together: a page of 300 chapters stays below 4 MB.
MOST_POINTS, LEAST_COLUMNS, MOST_COLUMNS = 40_000, 120, 800
MARKS = {True: ("ok", "✓ kept"), False: ("no", "✗ broken"), None: ("unknown", "? not measured")}
KEY = (
    ("speech", "speech", ""),
    ("music", "music", ""),
    ("now", "short-term loudness (3 s)", "thin"),
    ("soft", "momentary (0.4 s)", "thin"),
    ("good", "target", "thin"),
    ("wave", "waveform", ""),
)


def write_page(path: Path, checked: Checked) -> None:
    """Write the page, whole or not at all. Raises `ExportError` if it cannot be written."""
    write_whole(path, page(checked).encode("utf-8", "replace"))


def page(checked: Checked) -> str:
    """Return the page."""
    style = Path(__file__).with_name("page.css").read_text("utf-8")
    report = checked.report
    sounds = [file for file in checked.files if file.title]
    columns = MOST_POINTS // max(1, len(sounds))
    n_columns = min(MOST_COLUMNS, max(LEAST_COLUMNS, columns))
    target = PROFILES.get(report["profile"], PROFILES["storybook"]).speech_lufs
    title = _text(report["title"])
    by = f"by {_text(report['author'])} · " if report["author"] else ""
    body = [
        f'<h1>{title}</h1><p class="by">{by}profile {_text(report["profile"])}</p>',
        _summary(checked),
        _table(checked),
        *(_section(i, file, n_columns, target) for i, file in enumerate(checked.files)),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Check: {title}</title><style>{style}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _text(value: object) -> str:
    return escape(" ".join(str(value).split()), quote=True)


def _summary(checked: Checked) -> str:
    verdicts = checked.verdicts
    broken = [v for v in verdicts if v.ok is False]
    unknown = sum(v.ok is None for v in verdicts)
    if broken:
        words = f"{len(broken)} of {len(verdicts)} rules are broken"
    else:
        words = f"All {len(verdicts) - unknown} rules are kept"
    also = f"; {unknown} could not be measured" if unknown else ""
    kind = "sum no" if broken else "sum"
    return f'<p class="{kind}"><strong>{words}</strong>{also}.</p>'


def _table(checked: Checked) -> str:
    head = "".join(
        f'<th scope="col"{kind}>{name}</th>'
        for name, kind in (
            ("File", ""),
            ("Length", ' class="n"'),
            ("Loudness", ' class="n"'),
            ("Range", ' class="n"'),
            ("True peak", ' class="n"'),
            ("Over music", ' class="n"'),
            ("Rules", ""),
        )
    )
    rows = "".join(_row(index, file) for index, file in enumerate(checked.files))
    return _tabled(head, rows)


def _row(index: int, file: Examined) -> str:
    cells = ["", "", "", "", ""]
    if file.heard:
        heard = file.heard
        over = next((v.measured for v in file.verdicts if v.rule == "over music"), None)
        minutes, seconds = divmod(round(heard.duration_s), 60)
        cells = [
            f"{minutes}:{seconds:02d}",
            f"{number(heard.integrated_lufs, 'LUFS')} LUFS",
            f"{number(heard.range_lu, 'LU')} LU",
            f"{number(heard.true_peak_dbtp, 'dBTP')} dBTP",
            "" if over is None else f"{number(over, 'LU')} LU",
        ]
    kind, words = MARKS[file.ok]
    numbers = "".join(f'<td class="n">{cell}</td>' for cell in cells)
    link = f'<a href="#f{index}">{_text(file.title or file.file)}</a>'
    mark = f'<td class="mark">{words}</td>'
    return f'<tr class="{kind}"><th scope="row">{link}</th>{numbers}{mark}</tr>'


def _section(index: int, file: Examined, n_columns: int, target_lufs: float) -> str:
    """Return a file's part of the page; what is broken stands open above what is kept."""
    drawing = ""
    if file.heard:
        stems = file.stems
        drawing = _key(has_stems=stems is not None and stems.speech is not None) + draw(
            file.heard,
            stems.speech if stems else None,
            stems.music if stems else None,
            name=file.title,
            n_columns=n_columns,
            target_lufs=target_lufs,
            faults=list(_faults(file)),
        )
    bad = [v for v in file.verdicts if v.ok is not True]
    good = [v for v in file.verdicts if v.ok is True]
    kept = f"<details><summary>{len(good)} kept</summary>{_rules(good)}</details>" if good else ""
    return (
        f'<section id="f{index}" aria-labelledby="t{index}">'
        f'<h2 id="t{index}">{_text(file.title or file.file)}</h2>'
        f'<p class="file">{_text(file.file)}</p>'
        f"{drawing}{_rules(bad) if bad else ''}{kept}</section>"
    )


def _faults(file: Examined) -> Iterator[tuple[float, str]]:
    """Yield the clicks of a chapter, to be pointed at."""
    if file.heard and file.chapter:
        for click in clicks_of(file.heard, spans_of(file.chapter["segments"]))[:50]:
            yield click.time_s, f"a click at {click.time_s:.2f} s"


def _key(*, has_stems: bool) -> str:
    entries = KEY if has_stems else KEY[2:]
    items = "".join(
        f'<li class="{kind}" style="--c: var(--{colour})">{words}</li>'
        for colour, words, kind in entries
    )
    return f'<ul class="key">{items}</ul>'


def _rules(verdicts: list[Verdict]) -> str:
    rows = []
    for verdict in verdicts:
        kind, words = MARKS[verdict.ok]
        rows.append(
            f'<tr class="{kind}"><th scope="row">{_text(verdict.rule)}</th>'
            f"<td>{_text(verdict.value)}</td><td>{_text(verdict.bar)}</td>"
            f'<td class="mark">{words}</td></tr>'
        )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Rule", "Found", "Wanted", ""))
    return _tabled(head, "".join(rows))


def _tabled(head: str, rows: str) -> str:
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="wide">{table}</div>'
