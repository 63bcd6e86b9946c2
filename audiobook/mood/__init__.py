"""A chapter's segments in, what they feel like out, for music to follow; no model, no network."""

from audiobook.mood.chapter import Feeling, Turn, feel

__all__ = ["Feeling", "Turn", "feel"]
