"""Names in, engines and voices out; advice where there is none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from audiobook.errors import SpeechError
from audiobook.speech.registry import (
    ENGINES,
    check_language,
    default_voice,
    find_voice,
    load_engine,
    speaks,
)


@pytest.mark.parametrize("name", ENGINES)
def test_engine_is_what_it_is_called(name: str) -> None:
    """Each name loads the engine of that name, once for the process."""
    assert load_engine(name).name == name
    assert load_engine(name) is load_engine(name)


@pytest.mark.parametrize(
    ("address", "language", "found"),
    [
        ("kokoro:af_heart", "", "kokoro:af_heart"),
        ("Kokoro:AF_Heart", "", "kokoro:af_heart"),
        ("kokoro", "", "kokoro:af_heart"),
        ("kokoro", "en", "kokoro:af_heart"),
        ("kokoro", "en-GB", "kokoro:bf_emma"),
        ("kokoro", "es", "kokoro:ef_dora"),
        ("espeak", "kk", "espeak:kk"),
        ("espeak", "fr", "espeak:fr-fr"),
        ("espeak", "zh", "espeak:cmn"),
        ("bf_emma", "", "kokoro:bf_emma"),
        ("hum", "", "tone:hum"),
        ("gtts:zh-cn", "", "gtts:zh-CN"),
        ("gtts", "ru", "gtts:ru"),
        ("gtts", "en-GB", "gtts:en@co.uk"),
        ("gtts:en@Co.UK+slow", "", "gtts:en@co.uk+slow"),
    ],
)
def test_voice_is_found(address: str, language: str, found: str) -> None:
    """A voice is found by address, by engine and language, or by a name only one engine has."""
    assert find_voice(address, language).address == found


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        ("kokro", 'did you mean "kokoro"?'),
        ("kokro:af_heart", 'did you mean "kokoro"?'),
        ("kokoro:af_hart", 'did you mean "af_heart"?'),
        ("bf_ema", 'did you mean "bf_emma"?'),
        ("ru", "espeak:ru, gtts:ru"),
        ("nonsense", "engines: kokoro, piper"),
        ("", "engines: kokoro, piper"),
        ("kokoro:jf_alpha", "kokoro has no voice"),
        ("gtts:en@uk", "known: en@com.au, en@co.uk, en@us"),
        ("gtts:en@co.uk+slwo", 'did you mean "en@co.uk+slow"?'),
        ("gtts:kz", "gtts has no voice"),
    ],
)
def test_unknown_voice_gets_advice(address: str, advice: str) -> None:
    """An unknown or unclear name is answered in one line, with what was probably meant."""
    with pytest.raises(SpeechError) as caught:
        find_voice(address)
    assert advice in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "language", "able"),
    [
        ("kokoro:af_heart", "kk", "espeak:kk"),
        ("kokoro:af_heart", "es", "kokoro:ef_dora"),
        ("kokoro:af_heart", "ja", "espeak:ja, gtts:ja"),
        ("gtts:en", "kk", "espeak:kk"),
        ("piper", "fr", "kokoro:ff_siwis, espeak:fr-fr, gtts:fr"),
    ],
)
def test_wrong_language_is_refused(address: str, language: str, able: str) -> None:
    """A voice that cannot speak the story's language is refused, naming those that can."""
    voice = find_voice(address)
    with pytest.raises(SpeechError, match=f"not {language}") as caught:
        check_language(load_engine(voice.engine), voice, language)
    assert able in str(caught.value)


@pytest.mark.parametrize("language", ["en", "en-GB", "EN_us", "", "en-AU"])
def test_regions_of_a_language_are_one(language: str) -> None:
    """An English voice reads any English; a story that does not say is not refused."""
    assert speaks(find_voice("kokoro:af_heart"), language)


def test_hum_speaks_everything() -> None:
    """The tone engine is refused in no language."""
    check_language(load_engine("tone"), find_voice("tone"), "tlh")


@pytest.mark.parametrize("language", ["en", "es", "fr", "hi", "it", "pt", "pt-BR", ""])
def test_kokoro_reads_its_languages(language: str) -> None:
    """Kokoro is the default where it speaks the language, without a remark."""
    voice, note = default_voice(language)
    assert voice.engine == "kokoro"
    assert note == ""


@pytest.mark.parametrize("language", ["kk", "ja", "zh", "ru"])
def test_espeak_stands_in_and_says_so(language: str) -> None:
    """Where Kokoro cannot, espeak reads, and the note says why."""
    voice, note = default_voice(language)
    assert voice.engine == "espeak"
    assert f"kokoro does not speak {language}" in note


def test_draft_is_read_by_a_quick_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft is read by Piper where it is installed and speaks, else by espeak, and says so."""
    piper = load_engine("piper")
    monkeypatch.setattr(piper, "missing", lambda: "")
    assert default_voice("en", draft=True)[0].engine == "piper"
    assert default_voice("kk", draft=True)[0].address == "espeak:kk"
    monkeypatch.setattr(piper, "missing", lambda: 'piper: pip install "kuibook[piper]"')
    voice, note = default_voice("en", draft=True)
    assert voice.engine == "espeak"
    assert "kuibook[piper]" in note


def test_no_voice_at_all() -> None:
    """A language nobody speaks is answered with what to do."""
    with pytest.raises(SpeechError, match=r'no offline voice speaks "tlh"; set'):
        default_voice("tlh")


def test_listing_voices_loads_no_engine() -> None:
    """Voices and fingerprints come without the libraries that speak: they would take seconds."""
    code = (
        "import sys; from audiobook.speech.registry import *\n"
        "for n in engine_names(): e = load_engine(n); e.voices(); e.fingerprint(); e.missing()\n"
        "heavy = {'onnxruntime', 'requests', 'scipy', 'soundfile', 'piper'}\n"
        "print(*heavy & set(sys.modules))"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (process.stdout.strip(), process.stderr) == ("", "")
