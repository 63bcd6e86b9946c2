"""How well speakers are told, on a novel's dialogue that was labelled by hand."""

import tomllib

import pytest

from audiobook.cast import find_cast
from audiobook.story.model import Story
from audiobook.story.read import read_story

PRECISION, RECALL = 0.90, 0.60
# The same people, as the labels and as the story's own words call them.
ALSO = {
    "the professor": {"professor", "Professor Derrick"},
    "Phyllis": {"Phyllis Derrick"},
    "Beale": {"Hired Retainer"},
    "Mr. Chase": {"Tom Chase", "Tom", "Chase"},
}


@pytest.fixture(scope="module")
def labels():
    from conftest import DATA

    return DATA / "cast", tomllib.loads((DATA / "cast" / "labels.toml").read_text("utf-8"))


def judged(labels, part):
    """Return (who it is, whom the program believes it is) of each line of a part."""
    folder, table = labels
    entries = [entry for entry in table["chapter"] if entry["part"] == part]
    chapters = [c for e in entries for c in read_story(folder / e["file"]).chapters]
    cast = find_cast(Story("", "", "en", tuple(chapters)), "en")
    places = {(line.chapter, line.block, line.start): line for line in cast.lines}
    found = []
    for number, (entry, chapter) in enumerate(zip(entries, chapters, strict=True)):
        marks = [
            (number, i, at)
            for i, block in enumerate(chapter.blocks)
            for at, char in enumerate(block.text.strip())
            if char == "“"
        ]
        for label, place in zip(entry["lines"].split(), marks, strict=True):
            line = places.get(place)
            believed = line.speaker if line and line.is_sure else ""
            found.append((table["speakers"].get(label, ""), believed))
    return found


@pytest.mark.parametrize("part", ["development", "held out"])
def test_nine_of_ten_speakers_are_right_and_six_of_ten_lines_are_told(labels, part):
    """Precision is at least 0.90 at a recall of at least 0.60; the rest is the narrator's."""
    lines = judged(labels, part)
    spoken = sum(bool(who) for who, _ in lines)
    believed = [(who, believed) for who, believed in lines if believed]
    right = sum(name == who or name in ALSO.get(who, ()) for who, name in believed)
    precision, recall = right / len(believed), right / spoken
    assert precision >= PRECISION, (precision, recall)
    assert recall >= RECALL, (precision, recall)


def test_the_set_is_large_enough(labels):
    """More than two hundred lines are held out, of chapters that no rule was made on."""
    assert len(judged(labels, "held out")) > 200
    assert len(judged(labels, "development")) > 100
