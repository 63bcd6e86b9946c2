"""What is directed in a story, in the finished sound: pauses, voices, and music that changes."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from readback import RATE, decoded

from audiobook.build.arrange import lay_out, stems_of
from audiobook.build.directed import OFF, directed_voices, music_levels
from audiobook.build.options import Options
from audiobook.build.plan import make_plan
from audiobook.build.state import BuildState
from audiobook.build.workers import speak_reading
from audiobook.cli import app
from audiobook.duck import Duck, Region
from audiobook.errors import StoryError
from audiobook.loudness import mean_loudness
from audiobook.segments import segment_chapter
from audiobook.speech.engine import Voice as VoiceOf
from audiobook.speech.registry import find_voice
from audiobook.story.book import Book, Music, SegmentSettings, Voice
from audiobook.story.read import parse_story

ONE = "The ferry crossed the river in the rain, and nobody was on board.\n\n"
TWO = "The ferryman counted his coins and looked across the water again.\n\n"
THREE = "On the other side a light was burning in the window of the inn.\n\n"
AS_IT_IS = Music(intro_s=4.0, outro_s=4.0)


def segments_of(text):
    (chapter,) = parse_story(f"# A\n\n{text}", "tale.md", is_markdown=True).chapters
    return segment_chapter(chapter, language="en", lexicon={}, speak_title=False)


def plan_of(text, tmp_path, store, music=AS_IT_IS):
    """Plan a book of one chapter for the humming engine."""
    story = parse_story(f"# A\n\n{text}", "tale.md", is_markdown=True)
    book = Book(voice=Voice("tone:hum"), music=music)
    return make_plan(story, book, Options(tmp_path / "out", tmp_path), store, BuildState())


def job_of(text, tmp_path, store, music=AS_IT_IS):
    """Speak a chapter, and return its job and its timeline."""
    (chapter,) = plan_of(text, tmp_path, store, music).chapters
    for reading in chapter.prepared.readings:
        speak_reading("tone", reading, store.root)
    return chapter.prepared.job, lay_out(chapter.prepared.job, store)


def music_of(text, tmp_path, store, music=AS_IT_IS):
    """Return a chapter's timeline and music stem."""
    job, timeline = job_of(text, tmp_path, store, music)
    tmp_path.mkdir(exist_ok=True)
    _, stem, _ = stems_of(job, store, timeline, tmp_path)
    return timeline, stem


def run(*arguments, status=0):
    done = CliRunner(mix_stderr=False).invoke(app, [str(a) for a in arguments])
    assert done.exit_code == status, done.output + done.stderr
    return done


def build(tmp_path, text):
    (tmp_path / "tale.md").write_text(f"# A\n\n{text}", "utf-8")
    words = ["--voice", "tone:hum", "--music", "none", "--jobs", "1", "--json", "--why"]
    done = run("build", tmp_path / "tale.md", "-o", tmp_path / "out", *words)
    return json.loads(done.stdout)


def silences_s(sound):
    """Return the lengths of stretches of digital near-silence, in seconds."""
    loud = np.flatnonzero(np.abs(sound).max(axis=1) > 1e-3)
    gaps = np.diff(loud) / RATE
    return gaps[gaps > 0.3]


def test_a_directed_pause_is_heard_and_its_chapter_alone_says_why(tmp_path):
    """The decoded file is silent for as long as the story asks; no clip is spoken again."""
    build(tmp_path, ONE + TWO + THREE)
    plain = silences_s(decoded(next(tmp_path.glob("out/chapters/*.mp3"))))
    made = build(tmp_path, f"{ONE}{{pause: 4s}}\n\n{TWO}{{pause: 0 s}}\n\n{THREE}")
    directed = silences_s(decoded(next(tmp_path.glob("out/chapters/*.mp3"))))
    assert plain.max() < 2.5
    assert directed.max() == pytest.approx(4.0 + 2 * 0.03, abs=0.05)  # with the clips' own edges
    assert len(directed) == len(plain) - 1
    assert made["why"]["1"] == [
        "segment 3 pause before it: nothing -> 4 s",
        "segment 4 pause before it: nothing -> 0 s",
    ]
    assert made["spoken"] == 0


def test_a_pause_before_the_first_word_is_added_to_the_lead_in(tmp_path, store):
    """Where nothing precedes, there is no pause that it could be instead of."""
    _, plain = job_of(ONE + TWO, tmp_path, store)
    story = f"{{pause: 2s}}\n\n{ONE}{TWO}"
    (chapter,) = make_plan(
        parse_story(story, "tale.md", is_markdown=True),
        Book(voice=Voice("tone:hum", speak_titles=False), music=AS_IT_IS),
        Options(tmp_path / "out", tmp_path),
        store,
        BuildState(),
    ).chapters
    later = lay_out(chapter.prepared.job, store)
    assert later.speech_start - plain.speech_start == 2 * RATE


def test_a_voice_reads_its_passage_and_the_narrator_goes_on(tmp_path, store):
    """It holds until another direction, and the other segments' clips are kept."""
    text = f"{ONE}{{voice: espeak:en-us}}\n\n{TWO}## B\n\n{{voice: end}}\n\n{THREE}"
    (chapter,) = plan_of(text, tmp_path, store).chapters
    voices = {r.segment.text: r.voice.address for r in chapter.prepared.readings}
    assert list(voices.values()) == ["tone:hum"] * 2 + ["espeak:en-us"] * 2 + ["tone:hum"]
    plain = {r.key for r in plan_of(ONE + TWO + THREE, tmp_path, store).chapters[0].unspoken}
    kept = {r.key for r in chapter.prepared.readings if r.voice.engine == "tone"}
    assert kept <= plain


def test_a_passage_may_be_a_speakers_and_the_cast_is_silent_in_it():
    """By name or by address; outside of it speakers have their own voices."""
    hum, one, two = (VoiceOf("tone", name, "") for name in ("hum", "one", "two"))
    segments = segments_of(f"{ONE}{{voice: Anna}}\n\n{TWO}{{voice: end}}\n\n{THREE}")
    spoken = [replace(s, speaker="Boris") for s in segments]
    cast = {"Anna": one, "Boris": two}
    assert [*directed_voices(spoken, hum, find_voice, cast)] == [two, one, two]


def test_a_voice_ends_with_its_chapter_and_book_toml_wins_over_it(tmp_path, store):
    """The next chapter is the narrator's; [[segment]] names a voice for one segment."""
    text = f"# A\n\n{{voice: espeak:en-us}}\n\n{ONE}{TWO}# B\n\n{THREE}"
    story = parse_story(text, "tale.md", is_markdown=True)
    options = Options(tmp_path / "out", tmp_path)

    def voices(**more):
        book = Book(voice=Voice("tone:hum", speak_titles=False), music=AS_IT_IS, **more)
        plan = make_plan(story, book, options, store, BuildState())
        return {r.segment.id: r.voice.address for c in plan.chapters for r in c.prepared.readings}

    plain = voices()
    assert list(plain.values()) == ["espeak:en-us", "espeak:en-us", "tone:hum"]
    second = list(plain)[1]
    own = voices(segments=(SegmentSettings(second, voice="espeak:en-gb"),))
    assert own == plain | {second: "espeak:en-gb"}


@pytest.mark.parametrize(
    ("voice", "message"),
    [
        ("tone:hmu", r'tale\.md:4: tone has no voice "hmu"; did you mean "hum"'),
        ("espeak:de", r"tale\.md:4: espeak:de speaks de, not en; use one of"),
    ],
)
def test_a_voice_that_cannot_read_is_refused_with_its_line(tmp_path, store, voice, message):
    """Before anything is spoken."""
    with pytest.raises(StoryError, match=message):
        plan_of(f"{ONE[:-1]}{{voice: {voice}}}\n\n{TWO}", tmp_path, store)


def test_music_that_is_off_is_silent_and_comes_back(tmp_path, store):
    """It fades within two seconds of the pause, is silent under speech too, and comes back so."""
    text = f"{ONE}{{music: off}}\n\n{TWO}{TWO[:-2]} Again.\n\n{{music: on}}\n\n{THREE}{ONE}"
    timeline, stem = music_of(text, tmp_path / "a", store)
    _, plain = music_of(
        text.replace("{music: off}\n\n", "").replace("{music: on}\n\n", ""), tmp_path / "b", store
    )
    off, on = timeline.placed[1].end, timeline.placed[3].end
    silent = slice(off // 441 + 220, on // 441)
    assert mean_loudness(stem.energies[silent]) <= -70.0
    assert mean_loudness(plain.energies[silent]) > -60.0
    for kept in (slice(0, off // 441), slice(on // 441 + 220, None)):
        np.testing.assert_allclose(stem.energies[kept], plain.energies[kept], rtol=1e-3, atol=1e-12)


def test_louder_music_stays_under_speech(tmp_path, store):
    """Between the voices it is 3 LU louder or softer; under every word the distance holds."""
    text = (
        f"{ONE}{{music: louder}}\n\n{TWO}{{pause: 8s}}\n\n{THREE}"
        f"{{music: softer}}\n\n{{music: softer}}\n\n{{pause: 8s}}\n\n{ONE}"
    )
    levelled, stem = music_of(text, tmp_path / "a", store)
    plain_text = "\n\n".join(p for p in text.split("\n\n") if "{music" not in p)
    timeline, plain = music_of(plain_text, tmp_path / "b", store)
    assert [p.start for p in levelled.placed] == [p.start for p in timeline.placed]

    def change_lu(after):
        start = timeline.placed[after].end // 441 + 350  # after release and fade
        cells = slice(start, timeline.placed[after + 1].start // 441 - 30)
        return mean_loudness(stem.energies[cells]) - mean_loudness(plain.energies[cells])

    assert change_lu(2) == pytest.approx(3.0, abs=0.1)
    assert change_lu(3) == pytest.approx(-3.0, abs=0.1)
    assert min(stem.distances_lu()) >= 20.0


def test_levels_are_bounded_and_on_is_as_usual():
    """Louder never passes what [music] may ask for, and changes of silent music wait for it."""
    assert music_levels(["louder"] * 3, -9.0, -4.0) == [3.0, 5.0, 5.0]
    assert music_levels(["louder"], -4.0, -4.0) == [0.0]
    assert music_levels(["softer"] * 6, -9.0, -4.0)[-1] == -12.0
    assert music_levels(["off", "louder", "on", "softer"], -9.0, -4.0) == [OFF, OFF, 0.0, -3.0]


def test_a_change_is_a_fade_without_a_step():
    """No cell of 10 ms differs from its neighbour by what could click; windows fit together."""
    duck = Duck(-9.0, (), ((RATE, OFF), (4 * RATE, 0.0)))
    whole = duck.gain_db(0, 8 * RATE)
    amplitude = 10.0 ** (whole / 20.0)
    assert np.abs(np.diff(amplitude)).max() < 1e-4
    assert whole[0] == whole[-1] == -9.0
    assert whole[int(3.5 * RATE)] < -100.0
    parts = [duck.gain_db(start, RATE) for start in range(0, 8 * RATE, RATE)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_louder_music_sinks_for_a_voice_without_a_step():
    """From its louder level it slides down to where it lies under speech, and up to it again."""
    plain = Duck(-9.0, (Region(4 * RATE, 6 * RATE, -30.0),))
    louder = Duck(-9.0, plain.regions, ((RATE, 3.0),)).gain_db(0, 9 * RATE)
    assert np.abs(np.diff(10.0 ** (louder / 20.0))).max() < 2e-4
    assert louder[int(3.5 * RATE)] == louder[-1] == pytest.approx(-6.0)
    speech = slice(4 * RATE, 6 * RATE)
    np.testing.assert_array_equal(louder[speech], plain.gain_db(0, 9 * RATE)[speech])


def test_what_nobody_directs_is_in_no_key(tmp_path, store):
    """A story without directions keeps its keys; one with them has no position in its own."""
    (chapter,) = plan_of(ONE + TWO, tmp_path, store).chapters
    recipe = chapter.prepared.record["recipe"]
    assert "directed_pauses" not in recipe
    assert "changes" not in recipe["music"]
    text = f"{TWO}{{music: off}}\n{{pause: 3s}}\n\n{THREE}"
    (one,) = plan_of(text, tmp_path, store).chapters
    (other,) = plan_of("\n\n\n" + text, tmp_path, store).chapters
    assert one.prepared.job.key == other.prepared.job.key
    assert one.prepared.job.music.changes == other.prepared.job.music.changes != ()
