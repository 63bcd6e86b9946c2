"""The story's language decides who reads it; where it is not named, its words tell."""

import pytest

from audiobook.build.language import language_of
from audiobook.errors import BuildError, SpeechError
from audiobook.speech.registry import default_voice
from audiobook.story.model import Block, BlockKind, Chapter, Story

# Openings of books whose authors died before 1930.
OPENINGS = {
    "en": "It was the best of times, it was the worst of times, it was the age of wisdom, it was "
    "the age of foolishness, it was the epoch of belief, it was the season of Light",
    "fr": "Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes "
    "yeux se fermaient si vite que je n’avais pas le temps de me dire que je dormais et la nuit",
    "de": "Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem "
    "Bett zu einem ungeheueren Ungeziefer verwandelt. Er lag auf dem Rücken und sah die Decke",
    "es": "En un lugar de la Mancha, de cuyo nombre no quiero acordarme, no ha mucho tiempo que "
    "vivía un hidalgo de los de lanza en astillero, adarga antigua, rocín flaco y galgo corredor",
    "it": "Quel ramo del lago di Como, che volge a mezzogiorno, tra due catene non interrotte di "
    "monti, tutto a seni e a golfi, a seconda dello sporgere e del rientrare di quelli, viene",
    "pt": "Algum tempo hesitei se devia abrir estas memórias pelo princípio ou pelo fim, isto é, "
    "se poria em primeiro lugar o meu nascimento ou a minha morte, e não por uma razão",
}


def story(text):
    block = Block(BlockKind.PARAGRAPH, text, 1)
    return Story("", "", "", (Chapter("", False, (block,)),))


@pytest.mark.parametrize("language", OPENINGS)
def test_a_language_is_told_by_its_small_words(language):
    """A story that does not name its language is read in it; a line says so but for English."""
    found, note = language_of(story(OPENINGS[language]))
    assert found == language
    assert (note == "") == (language == "en")
    assert not note or f'language = "{language}"' in note


@pytest.mark.parametrize("text", ["", "Hm.", "la la la la", "one two three " * 20, "x " * 5000])
def test_what_is_unclear_is_english(text):
    """Too few words, or words of no language, stay what they were taken for."""
    assert language_of(story(text)) == ("en", "")


def test_other_letters_are_asked_about():
    """A language that cannot be told is not guessed."""
    with pytest.raises(BuildError, match="--language ru"):
        language_of(story("Мороз и солнце; день чудесный!"))


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("en", "kokoro:af_heart"),
        ("en-GB", "kokoro:bf_emma"),
        ("en-US", "kokoro:af_heart"),
        ("en-AU", "kokoro:af_heart"),
        ("es-MX", "kokoro:ef_dora"),
        ("fr-CA", "kokoro:ff_siwis"),
        ("hi", "kokoro:hf_alpha"),
        ("it", "kokoro:if_sara"),
        ("pt-PT", "kokoro:pf_dora"),
        ("pt-BR", "kokoro:pf_dora"),
    ],
)
def test_a_region_gets_the_nearest_voice(language, voice):
    """British English has a British voice; a region nobody has is read by its language."""
    chosen, note = default_voice(language)
    assert (chosen.address, note) == (voice, "")


@pytest.mark.parametrize("language", ["ja", "zh-CN", "ru", "kk", "de"])
def test_a_stand_in_says_so(language):
    """Where no natural voice speaks the language, espeak reads, and a line says it."""
    chosen, note = default_voice(language)
    assert chosen.engine == "espeak"
    assert f"kokoro does not speak {language}" in note


def test_a_language_without_a_voice_is_refused():
    """Nothing is read in the wrong language; the line says what to do."""
    with pytest.raises(SpeechError, match='no offline voice speaks "tlh"'):
        default_voice("tlh")


def test_a_language_that_only_the_network_speaks_is_not_sent_there_unasked():
    """The line names the voice that would need the network."""
    with pytest.raises(SpeechError, match="choose with --voice: gtts:km"):
        default_voice("km")
