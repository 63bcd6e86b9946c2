"""What becomes a file each: credits in the book's words, chapters that are too long, numbers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from readback import RATE, decoded

from audiobook import profiles
from audiobook.audio import SAMPLE_RATE
from audiobook.build.split import divide
from audiobook.build.wording import fill, wording_in
from audiobook.cli import app
from audiobook.errors import BuildError
from audiobook.profiles import PROFILES, Span
from audiobook.roomtone import over_room_tone, room_tone
from audiobook.segments import segment_chapter
from audiobook.speech.engine import Utterance
from audiobook.speech.tone import Tone
from audiobook.story.book import Book, Credits
from audiobook.story.booktoml import parse_book
from audiobook.story.model import Block, BlockKind, Chapter
from audiobook.timeline import pauses_s

FACTS = {"title": "Rain", "author": "A. B.", "narrator": "C"}
WORDS = ("stone", "river", "1999", "extraordinarily", "a", "wind,", "lamp.", "Who?", "—")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (FACTS, "Rain. Written by A. B. Narrated by C."),
        ({**FACTS, "author": ""}, "Rain. Narrated by C."),
        ({"title": "Who Goes There?"}, "Who Goes There?"),
        ({"title": "Wait..."}, "Wait..."),
    ],
)
def test_credits_say_what_is_known(facts, said):
    """A missing author or narrator leaves no hole, and no full stop is doubled."""
    assert fill(wording_in("en").opening, facts) == said


def test_every_language_has_every_credit():
    """No template names what does not exist, and none is left without the title."""
    for language in ["en", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "ru", "kk", "pt-BR"]:
        wording = wording_in(language)
        for name in ("opening", "closing", "first_begins", "begins", "last_ends"):
            template = getattr(wording, name)
            Credits(opening=template)
            parse_book(f"[credits]\nopening = {json.dumps(template, ensure_ascii=False)}\n")
            said = fill(template, {**FACTS, "number": "7"})
            assert "Rain" in said
            assert not set("{}[]") & set(said)
    assert wording_in("ja") is None


@pytest.mark.parametrize("text", ["by {autor}", "[by {author}", "{title", "a {} b", "[[x]]"])
def test_an_unknown_placeholder_is_refused_with_its_line(text):
    """A typing error would be read aloud."""
    with pytest.raises(Exception, match=r"book\.toml:3: opening in \[credits\] is .*\{author\}"):
        parse_book(f'title = "x"\n[credits]\nopening = "{text}"\n')


def test_own_words_that_name_what_is_not_known_are_refused():
    """The message says which, and the two ways out."""
    with pytest.raises(BuildError, match=r"\{narrator\}.*\[brackets\]"):
        fill("Read by {narrator}.", {"narrator": ""}, is_own=True)


def test_a_span_tells_how_far_outside_a_value_lies():
    """Above is positive, below negative, and the limits are inside."""
    span = Span(-23.0, -18.0)
    assert [span.excess(x) for x in (-24.0, -23.0, -20.0, -18.0, -17.5)] == [-1, 0, 0, 0, 0.5]


def test_aims_lie_inside_of_bars():
    """What a profile aims at, with something to spare, is inside of what it is judged by."""
    for profile in PROFILES.values():
        bars = {bar.measure: bar for bar in profile.bars}
        for aim, measure in ((profile.programme_lufs, "loudness"), (profile.rms_db, "RMS")):
            if aim:
                assert bars[measure].at_least <= aim.least - 0.4 + 1e-9
                assert aim.most + 0.4 - 1e-9 <= bars[measure].at_most


# --- long chapters


def paragraphs(n_words, seed=1):
    dice = np.random.default_rng(seed)
    return tuple(
        Block(BlockKind.PARAGRAPH, "So " + " ".join(dice.choice(WORDS, size=n)) + " end.", i + 1)
        for i, n in enumerate(n_words)
    )


def hummed_s(blocks, book, speed):
    """Return how long the hum takes for some blocks, pauses and all."""
    chapter = Chapter("", title_is_written=False, blocks=blocks)
    segments = segment_chapter(chapter, language="en", lexicon={}, speak_title=False)
    clips = (Tone().speak(Utterance(s.words, "hum", "en", speed)) for s in segments)
    return sum(c.duration_s for c in clips) + sum(pauses_s(segments, book.pauses))


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=12),
    st.floats(40.0, 120.0),
    st.floats(0.5, 2.0),
)
def test_no_part_is_longer_than_allowed(n_words, longest_s, speed):
    """Whatever text at whatever speed: every block once, in order, and room left for a title."""
    profile = replace(PROFILES["acx"], longest_s=longest_s)
    blocks, book = paragraphs(n_words), Book()
    chapter = Chapter("Long", title_is_written=True, blocks=blocks)
    parts = divide(chapter, profile, book, "en", speed)
    assert tuple(block for part in parts for block in part) == blocks
    around_s = profile.head_s + profile.tail_s + longest_s / 4
    for part in parts:
        assert len(part) == 1 or hummed_s(part, book, speed) + around_s <= longest_s


def test_a_chapter_is_divided_in_the_middle_and_never_after_a_heading():
    """Two equal halves; a heading goes with what it opens, and a scene break is left out."""
    profile = replace(PROFILES["acx"], longest_s=100.0)
    texts = paragraphs([40] * 4)
    heading = Block(BlockKind.HEADING, "On", 9, level=1)
    scene = Block(BlockKind.SCENE_BREAK, "", 9)
    plain = Chapter("T", title_is_written=True, blocks=texts)
    assert divide(plain, profile, Book(), "en", 1.0) == (texts[:2], texts[2:])
    headed = replace(plain, blocks=(*texts[:2], heading, *texts[2:]))
    assert divide(headed, profile, Book(), "en", 1.0)[1][0] == heading
    broken = replace(plain, blocks=(*texts[:2], scene, *texts[2:]))
    assert divide(broken, profile, Book(), "en", 1.0) == (texts[:2], texts[2:])


def test_short_chapters_and_other_profiles_divide_nothing():
    """A quarter of an hour is one file for ACX, and ten hours are for a storybook."""
    blocks = paragraphs([60] * 40)
    chapter = Chapter("T", title_is_written=True, blocks=blocks)
    assert divide(chapter, PROFILES["acx"], Book(), "en", 1.0) == (blocks,)
    endless = replace(chapter, blocks=blocks * 10)
    assert divide(endless, PROFILES["storybook"], Book(), "en", 1.0) == (endless.blocks,)


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Stand beside a story whose second chapter is too long, for a profile of a minute."""
    short = replace(PROFILES["acx"], longest_s=60.0, sample_s=15.0)
    monkeypatch.setitem(profiles.PROFILES, "acx", short)
    monkeypatch.chdir(tmp_path)
    texts = "\n\n".join(block.text for block in paragraphs([20, 20, 20]))
    story = f"# Tales\n\n## One\n\nIt rained.\n\n## Two\n\n{texts}\n\n## Three\n\nIt stopped.\n"
    (tmp_path / "tales.md").write_text(story, "utf-8")
    return tmp_path


def build(*more, status=0):
    options = ["--voice", "tone:hum", "--profile", "acx", "--jobs", "1", "--format", "mp3"]
    arguments = ["build", "tales.md", "-o", "out", *options, *more]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


def test_a_long_chapter_becomes_named_files_and_no_number_moves(book):
    """Parts sort between their neighbours; --chapter 2 means both, and 3 is still the third."""
    said = build("--chapter", "2")
    assert 'chapter 2 "Two" may be longer than' in said
    folder = Path("out/chapters")
    parts = [f"02 Two (part {n} of 2).mp3" for n in (1, 2)]
    assert sorted(p.name for p in folder.glob("*.mp3")) == parts
    for name in parts:
        assert len(decoded(folder / name, 1)) / RATE <= 60.0
    planned = json.loads(build("--chapter", "3", "--dry-run", "--json"))
    assert [c["title"] for c in planned["chapters"]] == ["Three"]
    build()
    assert sorted(p.name for p in folder.glob("*.mp3")) == [
        *("00 Opening Credits.mp3", "01 One.mp3", *parts),
        *("03 Three.mp3", "04 Closing Credits.mp3"),
    ]
    report = json.loads(Path("out/build.json").read_text("utf-8"))
    titles = [s["text"] for c in report["chapters"] for s in c["segments"] if s["kind"] == "title"]
    assert titles == ["One", "Two (part 1 of 2)", "Two (part 2 of 2)", "Three"]
    assert json.loads(build("--dry-run", "--json"))["chapters"] == []


def test_a_file_that_comes_out_too_long_is_no_file(book):
    """Where there is nowhere to divide a chapter, the build says what to do."""
    texts = " ".join(block.text for block in paragraphs([60, 60]))
    (book / "tales.md").write_text(f"# T\n\n## One\n\n{texts}\n\n## Two\n\nEnd.\n", "utf-8")
    said = build(status=1)
    assert 'chapter 1 "One"' in said
    assert "divide it with a heading" in said


def test_the_book_can_say_its_profile_and_its_credits(book):
    """What book.toml says holds where the command line says nothing."""
    (book / "book.toml").write_text(
        'profile = "acx"\nstory = "tales.md"\n[credits]\nopening = "Hello: {title}[, {author}]!"\n'
        'closing = " "\n'
    )
    options = ["--voice", "tone:hum", "-o", "out", "--json"]
    done = CliRunner().invoke(app, ["segments", ".", *options[:2], "--json"])
    first, *_, last = json.loads(done.output)["chapters"]
    assert last["title"] == "Three"
    assert (first["number"], first["title"]) == (0, "Opening Credits")
    assert [s["text"] for s in first["segments"]] == ["Hello: Tales!"]
    (book / "book.toml").write_text('profile = "axc"\nstory = "tales.md"\n')
    done = CliRunner().invoke(app, ["chapters", ".", *options[:2]])
    assert 'unknown profile "axc"; did you mean "acx"?' in done.output


def test_a_chapter_without_a_title_is_announced_by_its_number(book):
    """What no title says is said in front, and is no word of the story."""
    (book / "plain.txt").write_text("It rained all day.\n", "utf-8")
    options = ["plain.txt", "--voice", "tone:hum", "--profile", "acx", "--chapter", "1", "--json"]
    done = CliRunner().invoke(app, ["segments", *options])
    (chapter,) = json.loads(done.output)["chapters"]
    spoken = [(s["kind"], s["text"]) for s in chapter["segments"]]
    assert spoken == [("credit", "Chapter 1"), ("text", "It rained all day.")]


def test_a_take_is_kept_for_the_story_s_chapters(book):
    """--keep writes the chapter's number, not a part's, and nothing for credits."""
    (book / "book.toml").write_text('story = "tales.md"\n')
    build("--chapter", "2-4", "--take", "2", "--keep", "--dry-run")
    kept = parse_book((book / "book.toml").read_text("utf-8")).chapters
    assert [(c.number, c.take) for c in kept] == [(2, 2), (3, 2)]


# --- room tone


@pytest.mark.parametrize("level_db", [-66.0, -68.0])
def test_room_tone_is_at_its_level_without_end_and_without_a_gap(level_db):
    """Every half second lies within 2 dB of the level, across the joints of blocks as well."""
    tone = room_tone(level_db)
    sound = np.concatenate([next(tone) for _ in range(3)])
    pieces = sound[: len(sound) // 22_050 * 22_050].reshape(-1, 22_050)
    levels = 10 * np.log10((pieces.astype(np.float64) ** 2).mean(axis=1))
    assert np.abs(levels - level_db).max() < 2.0
    joint = 10 * SAMPLE_RATE
    steps = np.abs(np.diff(sound[:, 0]))
    assert steps[joint - 1] <= steps.max() * 0.999


@settings(max_examples=15)
@given(st.lists(st.integers(1, 150_000), min_size=1, max_size=8))
def test_room_tone_does_not_depend_on_blocks(lengths):
    """However a sound is cut, the same tone lies under it."""
    silence = np.zeros((sum(lengths), 1), dtype=np.float32)
    cut = np.split(silence, np.cumsum(lengths)[:-1])
    whole = np.concatenate(list(over_room_tone([silence], -68.0)))
    assert np.array_equal(np.concatenate(list(over_room_tone(cut, -68.0))), whole)
