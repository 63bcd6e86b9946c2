"""From the text to the music: which mood wins, where it turns, and what an edit leaves alone."""

import itertools
import json
from dataclasses import replace

import jsonschema
import pytest
from click.testing import CliRunner

from audiobook.build.arrange import cues_of, lay_out
from audiobook.build.moods import Moods, Wish, choose_moods
from audiobook.build.options import Options
from audiobook.build.plan import make_plan
from audiobook.build.recipe import chapter_recipe
from audiobook.build.state import BuildState
from audiobook.build.workers import speak_reading
from audiobook.cli import app
from audiobook.errors import MusicError, StoryError
from audiobook.export.reportfile import schema
from audiobook.mood import Feeling, Turn
from audiobook.music.composed import composed_bed
from audiobook.music.moods import FOLDER, load_palette
from audiobook.segments import segment_chapter
from audiobook.story.book import Book, ChapterSettings, Music, Voice
from audiobook.story.read import parse_story

KAZAKH = load_palette("kazakh")
UNCLEAR = Feeling("", "no mood stands out")
NO_WISH = Wish()
AS_IT_IS = Music()
FUNERAL = (
    "They carried the coffin to the grave in silence. The priest prayed for the dead. The widow "
    "wept, and the bell of the chapel tolled for the soul of the murdered man. "
)
FAIR = (
    "The fiddlers played, the children danced and skipped and laughed. A clown tumbled over the "
    "merry crowd. They shouted and sang and whirled! "
)
STEPS = (
    "The clerk walked along the road to the town and counted the posts. He came to the bridge and "
    "looked at the water. Then he went on between the fields, and the road went on before him. "
)


def segments_of(markdown):
    (chapter,) = parse_story("# A\n\n" + markdown, "tale.md", is_markdown=True).chapters
    return segment_chapter(chapter, language="en", lexicon={}, speak_title=True)


def chosen(markdown, feeling=UNCLEAR, wish=NO_WISH, palette=KAZAKH):
    return choose_moods(palette, wish, feeling, segments_of(markdown))


def plan_of(text, music=AS_IT_IS, chapters=(), mood="", tmp_path=None, store=None):
    """Plan a book of one chapter for the humming engine."""
    story = parse_story(text, "tale.md", is_markdown=True)
    book = Book(voice=Voice("tone:hum"), music=music, chapters=chapters)
    options = Options(tmp_path / "out", tmp_path, mood=mood)
    return make_plan(story, book, options, store, BuildState())


def test_the_text_decides_where_nobody_asks():
    """A clear mood is taken, an unclear one leaves the palette's first; both say why."""
    assert chosen("Text.", Feeling("solemn", "grave")) == Moods("solemn", "grave")
    assert chosen("Text.") == Moods("tender", "no mood stands out")


def test_a_direction_under_the_heading_holds_for_the_chapter():
    """What the author writes wins over what the text says, and text does not turn it."""
    segments = segments_of("{mood: lively}\n\nOne.\n\n***\n\nTwo.")
    feeling = Feeling("solemn", "grave", turns=(Turn(segments[2].id, "tender"),))
    moods = choose_moods(KAZAKH, Wish(), feeling, segments)
    assert moods == Moods("lively", "tale.md:3 {mood: lively}")


def test_a_direction_further_on_holds_from_there():
    """The text has its say before the direction and not after; a heading goes with its text."""
    directions = "{mood: mysterious}\n{mood: Tender}"
    segments = segments_of(f"One.\n\n***\n\nTwo.\n\n## Later\n\n{directions}\n\nThree.\n\nFour.")
    _, two, later, _, four = segments[-5:]
    felt = ((two, "lively"), (later, "triumphant"), (four, "wistful"))
    feeling = Feeling("solemn", "", turns=tuple(Turn(s.id, mood) for s, mood in felt))
    moods = choose_moods(KAZAKH, Wish(), feeling, segments)
    assert [(turn.segment_id, turn.mood) for turn in moods.turns] == [
        (two.id, "lively"),
        (later.id, "tender"),
    ]


def test_who_asks_outside_the_text_wins_over_it(tmp_path, store):
    """--mood before [[chapter]] before [music] before a direction before the text."""
    text = f"# A\n\n{{mood: wistful}}\n\n{FAIR}"
    chapters = (ChapterSettings(number=1, mood="mysterious"),)
    asks = [
        ({"mood": "solemn"}, "solemn", "--mood"),
        ({}, "mysterious", "book.toml, [[chapter]]"),
        ({"chapters": ()}, "triumphant", "book.toml, [music]"),
        ({"chapters": (), "music": Music()}, "wistful", "tale.md:3 {mood: wistful}"),
    ]
    for more, mood, why in asks:
        settings = {"chapters": chapters, "music": Music(mood="triumphant"), **more}
        plan = plan_of(text, tmp_path=tmp_path, store=store, **settings)
        music = plan.chapters[0].prepared.job.music
        assert (music.mood, music.mood_why, music.turns) == (mood, why, ())
    plan = plan_of(f"# A\n\n{FAIR}", tmp_path=tmp_path, store=store)
    assert plan.chapters[0].prepared.job.music.mood == "lively"


def test_an_unknown_mood_is_refused_with_its_line():
    """A direction's mistake is the author's, and names the story; an option's names the palette."""
    with pytest.raises(
        StoryError, match=r'tale\.md:3: unknown mood "solem"; did you mean "solemn"'
    ):
        chosen("{mood: solem}\n\nText.")
    with pytest.raises(MusicError, match='has no mood "solem"; did you mean "solemn"'):
        chosen("Text.", wish=Wish("solem", "--mood"))


def test_a_palette_without_the_mood_plays_what_is_nearest(tmp_path):
    """A reader's own palette gives the nearest of its moods, else its first, and it is said."""
    file = (FOLDER / "kazakh.toml").read_text("utf-8")
    for mood in ("tender", "lively", "solemn", "triumphant", "mysterious"):
        file = file.replace(f"[moods.{mood}", f"[moods.my-{mood}")
    (tmp_path / "mine.toml").write_text(file, "utf-8")
    palette = load_palette(tmp_path / "mine.toml")
    near = chosen("Text.", Feeling("solemn", "grave"), palette=palette)
    assert (near.mood, near.why) == (
        "wistful",
        "for solemn, which palette mine has not; grave",
    )
    assert chosen("Text.", Feeling("lively", "fun"), palette=palette).mood == "my-tender"
    assert chosen("{mood: my-solemn}\n\nText.", palette=palette).mood == "my-solemn"


def test_turns_and_climax_become_samples_on_the_timeline(tmp_path, store):
    """The turn begins with the pause before its segment, the climax with its segment."""
    text = f"# A\n\n{FAIR * 2}\n\n***\n\n{{mood: mysterious}}\n{FUNERAL * 2}"
    prepared = plan_of(text, tmp_path=tmp_path, store=store).chapters[0].prepared
    timeline = spoken(prepared, store)
    (turn,) = prepared.job.music.turns
    cues = cues_of(timeline, prepared.job.music)
    place = [p.segment.id for p in timeline.placed].index(turn.segment_id)
    assert cues.moods == ((timeline.placed[place - 1].end, "mysterious"),)
    assert cues.moods[0][0] in {start for start, _, weight in cues.breaths if weight == 3}
    assert cues.climax is None
    peaking = replace(prepared.job.music, climax=prepared.readings[-2].segment.id)
    assert cues_of(timeline, peaking).climax == timeline.placed[-2].start


def spoken(prepared, store):
    """Speak a chapter; return where everything is."""
    for reading in prepared.readings:
        speak_reading("tone", reading, store.root)
    return lay_out(prepared.job, store)


def scenes_of(prepared, store):
    """Return for each scene its phrases: their kind, and the tune from its second tone on."""
    timeline = spoken(prepared, store)
    cues = cues_of(timeline, prepared.job.music)
    music = prepared.job.music
    score = composed_bed(cues, music.palette, music.mood, music.seed).score
    ends = [*(mark.onset for mark in score.marks[1:]), score.n_samples]
    edges = [cues.speech_start, *(a for a, _, w in cues.breaths if w == 3), cues.speech_end]
    lead = [note for note in score.notes if note.role == "lead"]
    return [
        [
            (mark.kind, [n.pitch for n in lead if mark.onset <= n.onset < end][1:])
            for mark, end in zip(score.marks, ends, strict=True)
            if a <= mark.onset < b
        ]
        for a, b in itertools.pairwise(edges)
    ]


def test_an_edited_sentence_leaves_the_tunes_of_other_scenes(tmp_path, store):
    """A longer sentence in the second of three scenes moves the third; it sings the same notes."""
    text = "# A\n\n" + "\n\n***\n\n".join([STEPS * 4, FAIR * 3, STEPS * 4])
    edited = text.replace("A clown tumbled over", "A clown in red and yellow tumbled over", 1)
    before, after = (
        scenes_of(plan_of(t, tmp_path=tmp_path, store=store).chapters[0].prepared, store)
        for t in (text, edited)
    )
    assert len(before) == len(after) == 3
    compared = 0
    for old, new in ((before[0], after[0]), (before[2], after[2])):
        assert len(old) == len(new)
        for (kind, notes), (other, again) in zip(old, new, strict=True):
            if kind == other:  # else the climax has moved, and it lies in another register
                assert notes == again
                compared += len(notes)
    assert compared > 40


def test_moods_are_in_the_key_and_places_are_not(tmp_path, store):
    """A turn makes another chapter; a paragraph before it moves it and leaves its recipe alone."""
    texts = [f"# A\n\n{FAIR}\n\n{STEPS}\n\n{{mood: solemn}}\n\n{FUNERAL}"]
    texts.append(texts[0].replace("{mood: solemn}", "{mood: wistful}"))
    texts.append(texts[0].replace(STEPS, f"{STEPS}\n\nHe waited."))
    music = []
    for text in texts:
        job = plan_of(text, tmp_path=tmp_path, store=store).chapters[0].prepared.job
        music.append(chapter_recipe((), job.pauses, job.music, job.profile)["music"])
    assert music[0]["turns"] != music[1]["turns"]
    assert music[0] == music[2]


STORY = """# Two Tales

## The Fair

The fiddlers played, and the children danced and skipped and laughed.

## The Road

The clerk walked along the road and counted the posts.
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command on the two tales; return what it printed as data."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tales.md").write_text(STORY, "utf-8")

    def command(name, *more, as_json=True):
        words = [name, "tales.md", "-o", "out", "--voice", "tone:hum", *more]
        words += ["--json"] if as_json else []
        done = CliRunner().invoke(app, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.output) if as_json else done.output

    return command


def test_a_direction_mixes_its_chapter_again_and_says_why(run, tmp_path):
    """Nothing is spoken again, the other chapter stays, and build.json names mood and reason."""
    run("build", "--jobs", "1", "--why")
    directed = STORY.replace("## The Road\n", "## The Road\n\n{mood: mysterious}\n")
    (tmp_path / "tales.md").write_text(directed, "utf-8")
    result = run("build", "--jobs", "1", "--why")
    assert (result["made"], result["spoken"]) == ([2], 0)
    assert result["why"]["2"] == ["mood became mysterious"]
    report = json.loads((tmp_path / "out" / "build.json").read_text("utf-8"))
    jsonschema.validate(report, schema())
    music = [chapter["music"] for chapter in report["chapters"]]
    assert [m["mood"] for m in music] == ["lively", "mysterious"]
    assert music[1]["mood_why"] == "tales.md:9 {mood: mysterious}"
    assert "mood" not in " ".join(s["text"] for s in report["chapters"][1]["segments"])


def test_chapters_shows_moods_and_why_in_eighty_columns(run, tmp_path):
    """Each chapter's mood, the words that made it, and where another begins."""
    more = f"\nThe end of the road.\n\n{{mood: wistful}}\n\n{FUNERAL}\n"
    (tmp_path / "tales.md").write_text(STORY + more, "utf-8")
    printed = run("chapters", as_json=False)
    assert max(map(len, printed.splitlines())) <= 80
    assert "      lively: danced, fiddlers, laughed, played" in printed
    assert '      from "They carried the coffin" wistful: tales.md:13 {mood: wistful}\n' in printed
    fair, road = run("chapters")["chapters"]
    assert fair["mood"] == "lively"
    assert fair["mood_why"].startswith("danced, fiddlers")
    assert [(turn["mood"], turn["why"]) for turn in road["moods"]] == [
        ("wistful", "tales.md:13 {mood: wistful}")
    ]
