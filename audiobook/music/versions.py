"""What is part of every bed's key, known without loading what makes beds."""

from __future__ import annotations

__all__ = ["COMPOSER_VERSION", "OWN_VERSION"]

COMPOSER_VERSION = 3  # raise it when the same cues would be composed or played otherwise
OWN_VERSION = 1  # raise it when the same files would sound otherwise
