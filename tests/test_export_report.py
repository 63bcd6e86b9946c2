"""``build.json``: its shape, its bytes, and reading it back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from audiobook.errors import ExportError
from audiobook.export.report import (
    BookReport,
    ChapterReport,
    LoudnessReport,
    MusicFileReport,
    MusicReport,
    SectionReport,
    SegmentReport,
    WordReport,
)
from audiobook.export.reportfile import as_dict, load_report, report_bytes, schema
from audiobook.segments import SegmentKind


@pytest.fixture
def book() -> BookReport:
    """Two chapters, one without music."""
    words = (WordReport("Ақбұлақ,", 1.00004, 1.5, True), WordReport('"[yes]"', 1.5, 2.0, False))
    segment = SegmentReport(
        "3f9a1c20", "text", "", 'Ақбұлақ, "[yes]"', 1.0, 2.0, "kokoro", "af_heart", 2, words
    )
    full = ChapterReport(
        number=1,
        title="The Well",
        file="chapters/01 The Well.mp3",
        start_s=0.0,
        duration_s=10.123456,
        loudness=LoudnessReport(-18.004, -1.21, -18.1),
        segments=(segment, replace(segment, id="3f9a1c20-2", kind="title")),
        sections=(SectionReport("Morning", 4.0),),
        speech_over_music_lu=21.456,
        music=MusicReport("kazakh", "calm", 7, ""),
    )
    river = MusicFileReport("Ru\u0308n.mp3", "0a" * 32, "A. Player", "CC BY 4.0", 12.34567)
    own = replace(full, number=3, music=MusicReport("own", credit="A. Player", files=(river,)))
    plain = replace(full, number=2, music=None, speech_over_music_lu=None, sections=())
    return BookReport(
        title="The Girl",
        author="A",
        language="en",
        narrator="Heart",
        duration_s=20.3,
        profile="storybook",
        loudness=LoudnessReport(-18.0, -1.2),
        chapters=(full, plain, own),
        files=("chapters/01 The Well.mp3", "The Girl.mp3", "build.json"),
    )


def test_report_has_the_shape_its_schema_promises(book: BookReport) -> None:
    """The schema is a valid one and accepts the report, with and without music and sections."""
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema())
    validator(schema()).validate(json.loads(report_bytes(book)))
    empty = replace(book, chapters=(), files=())
    validator(schema()).validate(json.loads(report_bytes(empty)))


def test_schema_refuses_what_is_not_promised(book: BookReport) -> None:
    """A missing field, an unknown one and a word without times are refused."""
    validator = jsonschema.Draft202012Validator(schema())
    for spoil in (
        lambda report: report.pop("duration_s"),
        lambda report: report.update(built_at="today"),
        lambda report: report["chapters"][0]["segments"][0]["words"].append(["x", 1.0]),
        lambda report: report["chapters"][0]["segments"][0].update(kind="song"),
    ):
        report = json.loads(report_bytes(book))
        spoil(report)
        assert not validator.is_valid(report)


def test_schema_knows_every_kind_of_segment() -> None:
    """The kinds in the schema are those that segments can have."""
    segment = schema()["properties"]["chapters"]["items"]["properties"]["segments"]["items"]
    assert segment["properties"]["kind"]["enum"] == [kind.value for kind in SegmentKind]


def test_bytes_say_what_the_report_says(book: BookReport) -> None:
    """JSON read back is the report; times have 0.1 ms, levels 0.01 dB, files an order."""
    report = json.loads(report_bytes(book))
    assert report == as_dict(book)
    chapter = report["chapters"][0]
    assert chapter["duration_s"] == 10.1235
    assert chapter["loudness"]["integrated_lufs"] == -18.0
    assert chapter["segments"][0]["words"][0] == ["Ақбұлақ,", 1.0, 1.5, True]
    assert report["files"] == sorted(book.files)
    assert report["chapters"][1]["music"] is None


def test_bytes_are_the_same_and_read_line_by_line(book: BookReport) -> None:
    """The same report gives the same bytes, with one line for each segment and letters as such."""
    data = report_bytes(book)
    assert data == report_bytes(book)
    lines = data.decode("utf-8").splitlines()
    assert sum('"id"' in line for line in lines) == 6
    assert any("Ақбұлақ" in line for line in lines)
    shuffled = replace(book, files=tuple(reversed(book.files)))
    assert report_bytes(shuffled) == data


def test_numbers_that_are_none_are_refused(book: BookReport) -> None:
    """JSON has no infinity: a silent file must be measured to a number before."""
    silent = replace(book, loudness=LoudnessReport(float("-inf"), -1.0))
    with pytest.raises(ValueError, match="JSON"):
        report_bytes(silent)


def test_reading_back(book: BookReport, tmp_path: Path) -> None:
    """A report is read back; anything else is refused in one line with the way out."""
    path = tmp_path / "build.json"
    path.write_bytes(report_bytes(book))
    assert load_report(path) == as_dict(book)
    for text, message in {
        "": "not a build report",
        "[1]": "not a build report",
        '{"version": "1", "chapters": []}': "not a build report",
        '{"version": 1}': "not a build report",
        '{"version": 99, "chapters": []}': "newer than this program",
    }.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ExportError, match=message):
            load_report(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ExportError, match="not a build report"):
        load_report(path)
    with pytest.raises(ExportError, match="no audiobook here"):
        load_report(tmp_path / "none.json")
