"""Kokoro's style tables in (a folder of .bin files), one compressed .npz out, verified.

Each table is float32, shape (510, 1, 256); float16 keeps three significant digits and halves the
size. The archive's members have no dates, so that the same voices give the same file.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

SHAPE = (510, 1, 256)
N_VOICES = 54
# Of name and float32 bytes of every voice, in order of name.
CONTENT_SHA256 = "ee192a0478baf6028db4e51ad64b4b3cacb6aa507b4fffc3387b5083e7849d11"


def main(source: Path, target: Path) -> None:
    files = sorted(source.glob("*.bin"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.stem.encode() + b"\0" + file.read_bytes())
    if len(files) != N_VOICES or digest.hexdigest() != CONTENT_SHA256:
        sys.exit(f"{source}: not the voices of kokoro-js 1.2.1 (sha256 {digest.hexdigest()})")
    temporary = target.with_suffix(".part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in files:
            table = np.frombuffer(file.read_bytes(), dtype="<f4").reshape(SHAPE)
            member = io.BytesIO()
            np.save(member, table.astype("<f2"))
            entry = zipfile.ZipInfo(f"{file.stem}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, member.getvalue())
    temporary.replace(target)
    print(f"{target}: {len(files)} voices, {target.stat().st_size / 1e6:.1f} MB")
    print(f"sha256 {hashlib.sha256(target.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
