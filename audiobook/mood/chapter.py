"""A chapter's segments in, its feeling out: its mood, where a scene has another, where it peaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt

from audiobook.mood.evidence import Evidence, of_paragraph, of_sentence
from audiobook.mood.judge import Judgement, judge
from audiobook.mood.words import WordLists, word_lists
from audiobook.segments import Boundary, Segment, SegmentKind

__all__ = ["Feeling", "Turn", "feel"]

SCENE_WORDS = 150  # about a minute: a shorter scene is over before its music is felt
SCENE_STRICTNESS = 1.5  # a change of music needs a better reason than the choice of one

# The climax: how strong the sentences are, on average over a minute or so. Taste.
CLIMAX_WORDS = 400  # a shorter chapter has no room for one of its own
WINDOW_WORDS = 120
RIVAL = 1.25  # how far it must be above the strongest moment elsewhere
EXCLAIMED, SHORT, SHORT_WORDS = 1.0, 0.5, 6


@dataclass(frozen=True)
class Turn:
    """From which segment on another mood holds, until the next turn."""

    segment_id: str
    mood: str
    why: str = ""


@dataclass(frozen=True)
class Feeling:
    """What a chapter's text feels like; places are ids of segments, never positions.

    Attributes
    ----------
    mood : str
        "" where none stands out.
    turns : tuple of Turn
        Scenes that clearly have another mood, and where the chapter's comes back.
    climax : str
        The segment at which the text clearly peaks, or "".
    """

    mood: str
    why: str
    scores: dict[str, float] = field(default_factory=dict)
    confidence: float = 0.0
    turns: tuple[Turn, ...] = ()
    climax: str = ""


@dataclass(frozen=True)
class _Sentence:
    first: Segment
    ends: Boundary
    evidence: Evidence


def feel(title: str, segments: Sequence[Segment], language: str) -> Feeling:
    """Read what a chapter feels like.

    Parameters
    ----------
    title : str
        As the story writes it; "" for a derived one, whose words are the text's.
    segments : sequence of Segment
        In order; spoken titles are left aside.
    language : str
        BCP 47. Without word lists for it there is no mood, and a climax by punctuation alone.
    """
    lists = word_lists(language)
    known = lists or WordLists({})
    scenes = [
        [
            _Sentence(parts[0], parts[-1].after, _evidence(parts, known))
            for parts in _sentences(scene)
        ]
        for scene in _scenes([s for s in segments if s.kind is not SegmentKind.TITLE])
    ]
    climax = _climax([sentence for scene in scenes for sentence in scene])
    if lists is None:
        return Feeling("", f"no word lists for {language or 'its language'}", climax=climax)
    sums = [_sum(scene, lists) for scene in scenes]
    whole = judge(Evidence.total([of_sentence(title, lists), *sums]), lists)
    judged = [
        judge(evidence, lists, strictness=SCENE_STRICTNESS)
        if evidence.n_words >= SCENE_WORDS
        else Judgement("", "")
        for evidence in sums
    ]
    turns = tuple(_turns(whole, [scene[0].first.id for scene in scenes], judged))
    return Feeling(whole.mood, whole.why, whole.scores, whole.confidence, turns, climax)


def _scenes(segments: Sequence[Segment]) -> list[Sequence[Segment]]:
    """Cut after scene breaks and before headings."""
    starts = [0] if segments else []
    for i, (before, segment) in enumerate(pairwise(segments), start=1):
        opens = segment.kind is SegmentKind.HEADING and before.kind is not SegmentKind.HEADING
        if opens or before.after is Boundary.SCENE:
            starts.append(i)
    return [segments[a:b] for a, b in pairwise([*starts, len(segments)])]


def _sentences(segments: Sequence[Segment]) -> Iterator[Sequence[Segment]]:
    """Join what was cut only for breath."""
    start = 0
    for i, segment in enumerate(segments, start=1):
        if segment.after is not Boundary.CLAUSE or i == len(segments):
            yield segments[start:i]
            start = i


def _evidence(parts: Sequence[Segment], lists: WordLists) -> Evidence:
    return of_sentence(" ".join(part.text for part in parts), lists)


def _sum(scene: Sequence[_Sentence], lists: WordLists) -> Evidence:
    paragraphs: list[Evidence] = []
    waiting: list[Evidence] = []
    for sentence in scene:
        waiting.append(sentence.evidence)
        if sentence.ends is not Boundary.SENTENCE:
            paragraphs.append(of_paragraph(waiting, lists))
            waiting = []
    return Evidence.total([*paragraphs, of_paragraph(waiting, lists)])


def _turns(whole: Judgement, ids: Sequence[str], scenes: Sequence[Judgement]) -> Iterator[Turn]:
    """Say where a scene clearly has another mood than holds before it, and where it ends."""
    now = whole.mood
    for segment_id, scene in zip(ids, scenes, strict=True):
        wanted = scene.mood or whole.mood
        if wanted != now:
            yield Turn(segment_id, wanted, scene.why if scene.mood else "as in the chapter")
            now = wanted


def _climax(sentences: Sequence[_Sentence]) -> str:
    """Find the sentence around which the text is strongest, if that is clear."""
    counts = [s.evidence.n_words for s in sentences]
    if sum(counts) < CLIMAX_WORDS:
        return ""
    middles = [sum(counts[:1]) / 2.0]
    for before, after in pairwise(counts):
        middles.append(middles[-1] + (before + after) / 2.0)
    strengths = [_strength(s.evidence) for s in sentences]
    smooth = _smoothed(strengths, counts, middles)
    peak = max(range(len(smooth)), key=smooth.__getitem__)
    elsewhere = (
        value
        for value, middle in zip(smooth, middles, strict=True)
        if abs(middle - middles[peak]) > WINDOW_WORDS
    )
    return sentences[peak].first.id if smooth[peak] >= RIVAL * max(elsewhere, default=0.0) else ""


def _strength(evidence: Evidence) -> float:
    """Return how strong a sentence is: its words' feeling, its exclamation, its shortness."""
    if not evidence.n_words:
        return 0.0
    is_short = evidence.n_words <= SHORT_WORDS
    feeling = evidence.intensity / sqrt(evidence.n_words)
    return feeling + EXCLAIMED * evidence.n_exclaimed + SHORT * is_short


def _smoothed(
    strengths: Sequence[float], counts: Sequence[int], middles: Sequence[float]
) -> list[float]:
    """Average around each sentence by words, the nearer the more."""
    smooth: list[float] = []
    low = 0
    for middle in middles:
        while middles[low] < middle - WINDOW_WORDS:
            low += 1
        total = weight = 0.0
        for i in range(low, len(middles)):
            nearness = 1.0 - abs(middles[i] - middle) / WINDOW_WORDS
            if nearness <= 0.0:
                break
            total += strengths[i] * counts[i] * nearness
            weight += counts[i] * nearness
        smooth.append(total / weight if weight else 0.0)
    return smooth
