"""Turns a story into a produced audiobook: narrated, with composed music, mastered, in chapters."""

__version__ = "0.1.0"
