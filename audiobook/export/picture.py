"""A picture of the user's own in, a JPEG that every player shows out; or one clear refusal."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.errors import ExportError
from audiobook.export.cover import as_jpeg

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["load_cover"]

MAX_BYTES = 40 << 20
MAX_PIXELS = 100_000_000  # a small file can unfold to gigabytes; this is 10,000 x 10,000
MAX_SIDE_PX = 3000  # the largest that shops ask for; more only makes every chapter larger


def load_cover(path: Path, data: bytes | None = None) -> bytes:
    """Read a cover and make it a JPEG of at most `MAX_SIDE_PX` pixels on the longer side.

    It is turned upright as its camera says, laid on white where it is transparent, and loses its
    metadata but for the colour profile. With ``data``, ``path`` only names it in errors.

    Raises
    ------
    ExportError
        If it is no JPEG or PNG, is damaged, or is too large.
    """
    try:
        n_bytes = path.stat().st_size if data is None else len(data)
    except OSError as error:
        raise ExportError(f"{path}: the cover cannot be read: {error.strerror}") from error
    if n_bytes > MAX_BYTES:
        megabytes = MAX_BYTES >> 20
        raise ExportError(f"{path}: the cover is larger than {megabytes} MB; save it smaller")
    picture = _open(path, data)
    icc_profile = picture.info.get("icc_profile", b"") if picture.mode in ("RGB", "RGBA") else b""
    picture = _on_white(picture)
    picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX))
    return as_jpeg(picture, icc_profile)


def _open(path: Path, data: bytes | None) -> Image.Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    too_large = f"{path}: the cover has too many pixels; save it at {MAX_SIDE_PX} x {MAX_SIDE_PX}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            source = path if data is None else io.BytesIO(data)
            with Image.open(source, formats=["JPEG", "PNG"]) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise ExportError(too_large)
                picture.load()
                return ImageOps.exif_transpose(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ExportError(too_large) from error
    except UnidentifiedImageError as error:
        raise ExportError(f"{path}: the cover is no JPEG or PNG picture; save it as one") from error
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for damaged files
        raise ExportError(f"{path}: the cover is damaged; save it again ({error})") from error


def _on_white(picture: Image.Image) -> Image.Image:
    from PIL import Image

    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip and not scale
        return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return picture.convert("RGB")
