"""A small JSON file that appears whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audiobook.store.locks import own_name

__all__ = ["write_record"]


def write_record(path: Path, data: Mapping[str, Any]) -> None:
    """Write a record. Raises `OSError` if that cannot be; nothing partial is left."""
    part = path.with_name(f"{path.name}.{own_name()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(data, ensure_ascii=False), "utf-8", "surrogatepass")
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
