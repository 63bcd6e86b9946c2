"""Words, phonemes and times: what stands between a text and its clip."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.audio import db_to_gain
from audiobook.errors import SpeechError
from audiobook.lexicon import SpokenWord
from audiobook.speech import espeakng
from audiobook.speech.align import align_groups
from audiobook.speech.clips import pack, speak_checked, unpack
from audiobook.speech.engine import Clip, Utterance, WordTiming
from audiobook.speech.kokoro import split_line
from audiobook.speech.phonemes import Pronunciation, pronounce
from audiobook.speech.timing import estimate
from audiobook.speech.tone import Tone
from audiobook.speech.trim import EDGE_S, trimmed_clip, voiced_span

KNOWN = (
    ';:,.!?—…"()“” \u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyz'
    "ɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲᵻ"
)
RATE = 24_000


def words(text: str) -> tuple[SpokenWord, ...]:
    return tuple(SpokenWord(w, w) for w in text.split())


def sounds(line: Pronunciation) -> list[str]:
    return [line.phonemes[span.start : span.end] for span in line.spans]


@pytest.mark.parametrize("language", ["en-us", "en-gb"])
@pytest.mark.parametrize(
    "word", ["noise", "house", "face", "judge", "church", "boat", "bird", "car", "Ida", "child"]
)
def test_given_sounds_are_written_as_the_model_learnt_them(word: str, language: str) -> None:
    """A word's own sounds, given as IPA, make the line that the word makes by itself."""
    ipa = espeakng.phonemes(word, language)
    assert len(ipa) > 2
    given = pronounce([SpokenWord(word, word, ipa)], language, KNOWN)
    assert given.phonemes == pronounce(words(word), language, KNOWN).phonemes


def test_dictionaries_may_write_r_and_ties() -> None:
    """A plain r, ties and an ASCII g are what English dictionaries write; elsewhere r is r."""
    tied = [SpokenWord("x", "x", "gre\u026at\u0361\u0283")]
    assert pronounce(tied, "en-us", KNOWN).phonemes == "ɡɹAʧ"
    assert pronounce([SpokenWord("x", "x", "peɪro")], "es", KNOWN).phonemes == "peɪro"


def test_merged_words_share_a_span() -> None:
    """Words that espeak-ng speaks as one share its span, and only they are marked."""
    line = pronounce(words("One of the men had to go."), "en-us", KNOWN)
    assert [span.shared for span in line.spans] == [False, True, True, False, True, True, False]
    assert line.spans[1] == line.spans[2]
    assert sounds(line)[1] == "ʌvðə"
    assert sounds(line)[3] == "mˈɛn"


def test_one_word_can_be_many_groups() -> None:
    """A year is four groups of phonemes and one printed word; its neighbours keep theirs."""
    line = pronounce(words("In 1984, of the 12 men none left."), "en-us", KNOWN)
    heard = sounds(line)
    assert heard[1].startswith("nˈIntin")
    assert heard[1].endswith("fˈɔɹ")
    assert heard[2] == heard[3] == "ʌvðə"
    assert heard[4] == "twˈɛlv"
    assert heard[5] == "mˈɛn"


def test_given_phonemes_are_used_as_they_are() -> None:
    """A word's own IPA stands in the line letter for letter, its punctuation beside its span."""
    said = (SpokenWord("From", "From"), SpokenWord("“Akbulak,”", "x", "“ɑqbʊˈlɑq,”"), *words("now"))
    line = pronounce(said, "en-us", KNOWN)
    assert "“ɑqbʊˈlɑq,”" in line.phonemes
    assert sounds(line)[1] == "ɑqbʊˈlɑq"


def test_syllable_dots_are_no_full_stops() -> None:
    """IPA divides syllables by dots, which the model would take for the sentence's end."""
    line = pronounce((SpokenWord("Akbulak.", "x", "ɑq.bʊ.ˈlɑq."),), "en-us", KNOWN)
    assert line.phonemes == "ɑqbʊˈlɑq."


def test_unknown_phonemes_become_their_neighbours() -> None:
    """ASCII g is IPA's ɡ, and what has no neighbour in the model is left out."""
    line = pronounce((SpokenWord("x", "x", "gaʘɫ"),), "en-us", KNOWN)
    assert line.phonemes == "ɡal"


def test_punctuation_is_kept_and_silent() -> None:
    """Marks stay in the line, in the model's forms; a lone dash has no span of its own."""
    line = pronounce(words("«Stop» - he said... Why—so? It’s 3.14 & more"), "en-us", KNOWN)
    assert "“stˈɑp” —" in line.phonemes
    assert "…" in line.phonemes
    assert "wˌI—sˈO?" in line.phonemes or "wˈI—sˈO?" in line.phonemes
    assert line.spans[1].start == line.spans[1].end
    assert "pYnt" in sounds(line)[6]
    assert sounds(line)[7] == "ænd"


def test_foreign_words_leave_no_flags() -> None:
    """espeak-ng's notes of a change of language are not spoken."""
    line = pronounce(words("Il aime le week-end"), "fr-fr", KNOWN)
    assert "(" not in line.phonemes
    assert all(sounds(line))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_pronounced(text: str) -> None:
    """Whatever the text, the line is in the vocabulary and the spans are in order within it."""
    line = pronounce(words(text), "en-us", KNOWN)
    assert set(line.phonemes) <= set(KNOWN)
    assert len(line.spans) == len(text.split())
    starts = [span.start for span in line.spans]
    assert starts == sorted(starts)
    assert all(0 <= s.start <= s.end <= len(line.phonemes) for s in line.spans)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "the", "of", "1984", "men"]), min_size=1, max_size=12),
    st.lists(st.sampled_from(["ɐ", "ðə", "ʌvðə", "mɛn", "fɔːɹ"]), min_size=1, max_size=12),
)
def test_alignment_covers_both_sides(printed: list[str], groups: list[str]) -> None:
    """Every word and every group is matched once and in order, however unlike they are."""
    matches = align_groups(printed, groups, lambda w: w)
    assert [i for w0, w1, _, _ in matches for i in range(w0, w1)] == list(range(len(printed)))
    assert [i for _, _, g0, g1 in matches for i in range(g0, g1)] == list(range(len(groups)))


@settings(max_examples=100, deadline=None)
@given(st.text("ab ,.", max_size=400), st.integers(5, 60))
def test_split_line_loses_nothing(line: str, limit: int) -> None:
    """A long line is cut into parts that fit, and the parts are the line."""
    parts = split_line(line, limit)
    assert "".join(parts) == line
    assert all(0 < len(part) <= limit for part in parts)


def test_long_line_is_cut_at_sentences() -> None:
    """Where a sentence ends in the second half of what fits, the cut is there."""
    assert split_line("aaa aaa aa. b, b bbb", 16) == ["aaa aaa aa. ", "b, b bbb"]


def test_space_at_the_limit_begins_the_next_part() -> None:
    """A part never outgrows the limit, not even by the space after it."""
    assert split_line("abcdef gh", 6) == ["abcdef", " gh"]


def test_long_data_path_is_shortened(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Data under a path too long for the library is reached by a short one, with all its files."""
    deep = tmp_path_factory.mktemp("deep") / ("x" * 90) / ("y" * 90) / "espeak-ng-data"
    deep.parent.mkdir(parents=True)
    deep.symlink_to(espeakng.data_dir(), target_is_directory=True)
    short = espeakng.short_path(deep)
    assert len(str(short).encode()) <= espeakng.MAX_PATH_BYTES
    assert short.name == "espeak-ng-data"
    assert (short / "phontab").is_file()
    assert espeakng.short_path(espeakng.data_dir()).is_dir()


def test_every_listed_language_speaks() -> None:
    """There are more than 130 languages, and those listed have all they need to speak."""
    codes = espeakng.languages()
    assert len(codes) > 130
    for code in ("kk", "ru", "fr-fr", "cmn", "hi"):
        spoken = espeakng.speak("12", code, words_per_minute=160, pitch=50)
        assert len(spoken.samples) > 0.2 * spoken.sample_rate


def burst(before_s: float, sound_s: float, after_s: float, floor_db: float = -80.0) -> np.ndarray:
    """Return a tone at -12 dB between stretches of faint noise."""
    n = [round(t * RATE) for t in (before_s, sound_s, after_s)]
    audio = np.random.default_rng(1).normal(0, db_to_gain(floor_db), (sum(n), 1))
    audio[n[0] : n[0] + n[1], 0] += 0.25 * np.sin(2 * np.pi * 200 * np.arange(n[1]) / RATE)
    return audio.astype(np.float32)


@pytest.mark.parametrize("before_s", [0.0, 0.01, 0.2, 1.5])
def test_edges_come_out_alike(before_s: float) -> None:
    """However long an engine waits, its clip begins 30 ms before the sound; words move along."""
    timing = WordTiming(before_s, before_s + 0.5, exact=True)
    clip = trimmed_clip(burst(before_s, 0.5, 0.7), RATE, [timing], what="test")
    assert clip.duration_s == pytest.approx(0.5 + 2 * EDGE_S, abs=0.015)
    assert clip.words[0].start_s == pytest.approx(EDGE_S, abs=0.011)
    assert clip.words[0].end_s == pytest.approx(EDGE_S + 0.5, abs=0.011)


def test_click_is_not_speech() -> None:
    """A click of one sample before the sound is cut away."""
    audio = burst(0.5, 0.5, 0.5)
    audio[100] = 0.9
    start, _ = voiced_span(audio, RATE)
    assert start / RATE == pytest.approx(0.5, abs=0.011)


def test_silence_and_broken_samples_are_refused() -> None:
    """What is not sound never becomes a clip."""
    with pytest.raises(SpeechError, match="silence"):
        trimmed_clip(burst(1.0, 0.0, 0.0), RATE, [], what="test")
    broken = burst(0.1, 0.5, 0.1)
    broken[4000] = np.nan
    with pytest.raises(SpeechError, match="broken samples"):
        trimmed_clip(broken, RATE, [], what="test")


def test_estimates_fill_the_span() -> None:
    """Estimated words are in order; long ones take longer; a comma leaves a gap; none is exact."""
    timings = estimate(["A", "steppe,", "—", "wide"], 1.0, 3.0)
    assert timings[0].start_s == 1.0
    assert timings[-1].end_s == pytest.approx(3.0)
    spans = [t.end_s - t.start_s for t in timings]
    assert spans[1] > spans[0]
    assert spans[2] == 0.0
    assert timings[3].start_s - timings[1].end_s > 0.1
    assert not any(t.exact for t in timings)


def test_clip_over_full_scale_survives_packing() -> None:
    """16 bits end at full scale; a clip above it is kept at its level all the same."""
    clip = Clip(burst(0.03, 0.5, 0.03) * 6, RATE, (WordTiming(0.03, 0.53, True),))
    again = unpack(*pack(clip))
    assert np.max(np.abs(again.audio)) == pytest.approx(np.max(np.abs(clip.audio)), rel=1e-3)


def test_damaged_clip_is_noticed() -> None:
    """Bytes that were cut short are no clip."""
    meta, data = pack(Clip(burst(0.03, 0.5, 0.03), RATE, (WordTiming(0.03, 0.53, True),)))
    for bad_meta, bad in ((meta, data[: len(data) // 2]), (meta, b""), ({}, data)):
        with pytest.raises(SpeechError, match=r"damaged|not what"):
            unpack(bad_meta, bad)


class Faulty(Tone):
    """An engine that breaks the contract in one way."""

    def __init__(self, fault: str) -> None:
        self.fault = fault

    def speak(self, utterance: Utterance) -> Clip:
        """Hum, and spoil it."""
        clip = super().speak(utterance)
        audio, timings = clip.audio.copy(), clip.words
        if self.fault == "silence":
            audio[:] = 0.0
        elif self.fault == "broken":
            audio[5] = np.inf
        elif self.fault == "lost":
            audio = audio[: RATE // 5]
        elif self.fault == "ms of sound":
            audio = audio[:500]
        elif self.fault == "timings for":
            timings = timings[:-1]
        elif self.fault == "out of order":
            timings = timings[::-1]
        return Clip(audio, clip.sample_rate, timings)


@pytest.mark.parametrize(
    "fault", ["silence", "broken", "lost", "ms of sound", "timings for", "out of order"]
)
def test_broken_contract_is_noticed(fault: str) -> None:
    """A clip that is not speech of its text is refused, with the words it should have said."""
    said = Utterance(words("Nobody asked where the wolf had been"), "hum", "en")
    assert speak_checked(Faulty(""), said).words
    with pytest.raises(SpeechError, match=f'"Nobody asked where the wolf had .*{fault}'):
        speak_checked(Faulty(fault), said)
