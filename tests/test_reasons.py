"""Why a chapter is stale, in words."""

import pytest

from audiobook.build.choose import find_settings, select_chapters
from audiobook.build.reasons import match_chapters, why_stale
from audiobook.errors import BuildError
from audiobook.story.book import ChapterSettings

TITLES = ["The Wolf", "The Fox", "The Hare"]


def reading(text, **changes):
    key = f"{text} {sorted(changes.items())}"
    return {"text": text, "voice": "tone:hum", "take": 1, "speed": 1.0, "key": key, **changes}


def record(title="The Wolf", readings=(), **recipe):
    return {"title": title, "readings": list(readings), "recipe": recipe}


def test_a_chapter_without_a_past_is_new():
    """There is nothing to compare with."""
    assert why_stale(None, record()) == ["new"]


def test_what_did_not_change_is_no_reason():
    """Equal records give no reason at all."""
    old = record(readings=[reading("a")], pauses={"sentence_s": 0.4})
    assert why_stale(old, record(readings=[reading("a")], pauses={"sentence_s": 0.4})) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["a", "b", "c"], ["a", "x", "c"], ["segment 2 text changed"]),
        (["a", "c"], ["a", "b", "c"], ["segment 2 new"]),
        (["a", "b", "c"], ["a", "c"], ['segment "b" removed']),
        (list("abcdef"), list("uvwxyz"), ["segments 1-6 text changed"]),
    ],
)
def test_segments_that_differ_are_named(before, after, expected):
    """Edited, added and removed segments are told apart, and long lists are cut."""
    reasons = why_stale(record(readings=map(reading, before)), record(readings=map(reading, after)))
    assert reasons[0] == expected[0]
    assert reasons[-1] == expected[-1]
    assert len(reasons) <= 5


def test_another_reading_of_the_same_text_says_what_is_other():
    """Voice, take and engine are told apart."""
    old = record(readings=[reading("a")])
    assert why_stale(old, record(readings=[reading("a", take=2)])) == [
        "segment 1 take changed: 1 -> 2"
    ]
    assert why_stale(old, record(readings=[reading("a", key="other")])) == [
        "segment 1 engine changed"
    ]


def test_settings_that_differ_are_named_with_both_values():
    """A changed pause and music that was added read like what the user did."""
    old = record(pauses={"sentence_s": 0.4}, music=None)
    new = record(pauses={"sentence_s": 0.8}, music={"palette": "kazakh"})
    assert why_stale(old, new) == ["pauses: sentence_s 0.4 -> 0.8", "music added"]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("a1 b2", []),
        ("c1 b2", []),
        ("a9 b2", ["music: a changed"]),
        ("a1 b2 c3", ["music: c added"]),
        ("b2", ["music: a removed"]),
        ("b2 a1", ["music: the files play in another order"]),
        ("", ["music: composed now"]),
    ],
)
def test_music_files_are_named_by_what_happened_to_them(after, expected):
    """Changed, new, gone and moved files are told apart; a new name for the same is no reason."""

    def with_music(files):
        tracks = [{"file": word[0], "sha256": word[1]} for word in files.split()]
        hashes = [track["sha256"] for track in tracks]
        music = {"own": 1, "files": hashes} if hashes else {"composer": 1}
        return {**record(music=music), "tracks": tracks}

    assert why_stale(with_music("a1 b2"), with_music(after)) == expected


def test_a_mood_is_told_as_a_listener_would():
    """What follows the text is named in words, and its places not at all where text changed."""
    music = {"mood": "tender", "turns": [], "climax": "3f9a1c20"}
    other = {"mood": "solemn", "turns": [["1a2b3c4d", "lively"]], "climax": ""}
    assert why_stale(record(music=music), record(music=other)) == [
        "the music's climax moved",
        "mood became solemn",
        "the mood changes at other places",
    ]
    old = record(readings=[reading("a")], music=music)
    assert why_stale(old, record(readings=[reading("b")], music=other)) == [
        "segment 1 text changed",
        "mood became solemn",
    ]


def test_chapters_are_recognised_by_title_and_then_by_place():
    """A moved chapter keeps its past, a renamed one takes that of its place."""
    old = [record("A"), record("B"), record("C")]
    new = [record("C"), record("Renamed"), record("A")]
    matched = match_chapters(old, new)
    assert [m["title"] for m in matched if m] == ["C", "B", "A"]


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ((), {1, 2, 3}),
        (("2",), {2}),
        (("1-2",), {1, 2}),
        (("the fox", "3"), {2, 3}),
    ],
)
def test_chapters_are_meant_by_number_range_or_title(selectors, expected):
    """Letter case does not matter, and several selectors add up."""
    assert select_chapters(selectors, [1, 2, 3], TITLES) == expected


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("99", "there is no chapter 99"),
        ("2-9", "there is no chapter 9"),
        ("The Fx", 'did you mean "The Fox"'),
    ],
)
def test_a_chapter_that_is_not_there_is_named(selector, message):
    """The line says what there is instead."""
    with pytest.raises(BuildError, match=message):
        select_chapters((selector,), [1, 2, 3], TITLES)


def test_settings_find_their_chapter_or_say_that_they_do_not():
    """By number or by title; a title that is gone is an error, not a silent loss."""
    by_title = ChapterSettings(title="The Hare", mood="solemn")
    assert find_settings([by_title], TITLES) == {3: by_title}
    with pytest.raises(BuildError, match="The Hare"):
        find_settings([ChapterSettings(title="The Hair")], TITLES)
    with pytest.raises(BuildError, match="no chapter 4"):
        find_settings([ChapterSettings(number=4)], TITLES)
