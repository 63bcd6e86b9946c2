"""A story in, its cast out: finds the lines, the people, and who says what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audiobook.cast.frames import Clue, Frames, frames_of
from audiobook.cast.judge import Judge
from audiobook.cast.model import Cast, Line, Speaker
from audiobook.cast.people import People, Person
from audiobook.cast.quotes import find_quotes, styles_of
from audiobook.cast.tongue import FEMALE, MALE, Tongue, tongue_of
from audiobook.cast.turns import Paragraph, Turn, turns_of
from audiobook.story.model import BlockKind, Story

__all__ = ["find_cast"]

_LEAST_FIRST_PERSON = 2  # lines with "I said" that make a story one of the first person
_WORD = re.compile(r"[^\W\d_]+")
_CASED = re.compile(r"(?<=[\w,;] )[^\W\d_]+")  # words that open no sentence


@dataclass(frozen=True)
class _Scene:
    chapter: int
    turns: Sequence[Turn]
    others: Sequence[tuple[int, int, int]]


def find_cast(story: Story, language: str, joined: Mapping[str, str] | None = None) -> Cast:
    """Find who says the quoted lines of a story.

    Parameters
    ----------
    story : Story
        As read.
    language : str
        BCP 47; a language without word lists has quotations, and nobody who says them.
    joined : mapping of str to str
        Names that the reader knows to be another name's person.

    Returns
    -------
    Cast
        Every quoted stretch in order. The same story always has the same cast.
    """
    tongue = tongue_of(language or "en")
    frames = frames_of(tongue)
    scenes = [*_scenes(story, tongue, frames)]
    people = _people(story, scenes, tongue, frames, joined or {})
    judge = Judge(people, tongue, has_teller=_has_teller(scenes))
    judge.learn([scene.turns for scene in scenes])
    lines: list[Line] = []
    for scene in scenes:
        for turn, verdict in zip(scene.turns, judge.judge(scene.turns), strict=True):
            lines += [
                Line(scene.chapter, *place, verdict.speaker, verdict.confidence, verdict.rule)
                for place in turn.places
            ]
        lines += [Line(scene.chapter, *place, "", 0.0, "none") for place in scene.others]
    lines.sort(key=lambda line: (line.chapter, line.block, line.start))
    return Cast(_speakers(lines, judge.everybody()), tuple(lines))


def _speakers(lines: Sequence[Line], everybody: Sequence[Person]) -> tuple[Speaker, ...]:
    """Return those who surely say something, those with most lines first."""
    counts = Counter(line.speaker for line in lines if line.is_sure)
    found = [
        Speaker(p.name, tuple(sorted(form for form in p.forms if form != p.name)), p.gender)
        for p in everybody
        if counts[p.name]
    ]
    return tuple(sorted(found, key=lambda s: (-counts[s.name], s.name)))


def _scenes(story: Story, tongue: Tongue, frames: Frames) -> Iterator[_Scene]:
    texts = [
        block.text.strip()
        for chapter in story.chapters
        for block in chapter.blocks
        if block.kind is BlockKind.PARAGRAPH
    ]
    styles = styles_of(texts, tongue)
    for number, chapter in enumerate(story.chapters):
        run: list[tuple[int, str]] = []
        for i, block in enumerate(chapter.blocks):
            if block.kind in (BlockKind.SCENE_BREAK, BlockKind.HEADING):
                yield _scene(number, run, styles, tongue, frames)
                run = []
            elif block.kind is BlockKind.PARAGRAPH and block.text.strip():
                run.append((i, block.text.strip()))
        yield _scene(number, run, styles, tongue, frames)


def _scene(
    chapter: int,
    run: Sequence[tuple[int, str]],
    styles: Sequence[str],
    tongue: Tongue,
    frames: Frames,
) -> _Scene:
    quotes = find_quotes([text for _, text in run], styles, tongue)
    paragraphs = [Paragraph(i, text, q) for (i, text), q in zip(run, quotes, strict=True)]
    turns, others = turns_of(paragraphs, frames)
    return _Scene(chapter, turns, others)


def _has_teller(scenes: Sequence[_Scene]) -> bool:
    clues = [turn.clue for scene in scenes for turn in scene.turns if turn.clue]
    said = sum(clue.says and clue.mention.kind == "i" for clue in clues)
    return said >= _LEAST_FIRST_PERSON


def _people(
    story: Story,
    scenes: Sequence[_Scene],
    tongue: Tongue,
    frames: Frames,
    joined: Mapping[str, str],
) -> People:
    """Return everybody who is named beside a line or called in one."""
    clues = [clue for scene in scenes for turn in scene.turns if (clue := turn.clue) and clue.says]
    said = Counter(clue.mention.text for clue in clues if clue.mention.kind == "name")
    cased, common = _words_of(story)
    for name in list(said):
        if _is_no_name(name, cased, common):
            del said[name]
    for name in joined.values():
        said[name] += 1
    known = {word for name in said for word in _bare(name, tongue)}
    for form in _full_names(story, frames):
        words = _bare(form, tongue)
        if form not in said and known & {*words} and not common[form.split()[0].lower()]:
            said[form] = 0  # a name of theirs, but not what they are called by when they speak
    narration = (
        clue
        for chapter in story.chapters
        for block in chapter.blocks
        for clue in frames.subjects(block.text)
    )
    return People(said, tongue, _genders([*clues, *narration], tongue), joined)


def _bare(name: str, tongue: Tongue) -> list[str]:
    """Return the words of a name without its titles."""
    return [word for word in name.split() if word.lower().rstrip(".") not in tongue.titles]


def _words_of(story: Story) -> tuple[Counter[str], Counter[str]]:
    """Count the words that open no sentence: with a capital, and without one."""
    cased: Counter[str] = Counter()
    common: Counter[str] = Counter()
    for chapter in story.chapters:
        for block in chapter.blocks:
            for word in _CASED.findall(block.text):
                (cased if word[0].isupper() else common)[word.lower()] += 1
    return cased, common


def _is_no_name(name: str, cased: Counter[str], common: Counter[str]) -> bool:
    """Tell whether a word has its capital only from the start of a sentence."""
    words = name.split()
    word = words[0].lower()
    return len(words) == 1 and common[word] > max(cased[word], 1) * 2


def _full_names(story: Story, frames: Frames) -> Counter[str]:
    """Count the names of more than one word."""
    found: Counter[str] = Counter()
    for chapter in story.chapters:
        for block in chapter.blocks:
            for match in frames.full_name.finditer(block.text):
                found[match[0]] += 1
    return found


def _genders(clues: Sequence[Clue], tongue: Tongue) -> dict[str, str]:
    """Return what the pronouns after a name tell: "said Robin, banging her fist"."""
    votes: dict[str, Counter[str]] = {}
    for clue in clues:
        if clue.mention.kind not in ("name", "role"):
            continue
        words = (tongue.genders.get(word.lower(), "") for word in _WORD.findall(clue.rest))
        gender = next((word for word in words if word), "")
        if gender:
            votes.setdefault(clue.mention.text, Counter())[gender] += 1
    return {
        name: max((MALE, FEMALE), key=lambda g: count[g])
        for name, count in votes.items()
        if count[MALE] != count[FEMALE]
    }
