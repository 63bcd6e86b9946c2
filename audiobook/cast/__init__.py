"""A story in, who says which of its quoted lines out: by rules and word lists, with a confidence.

A line that nobody can be given with confidence is the narrator's.
"""

from audiobook.cast.attribute import find_cast
from audiobook.cast.model import FIRST_PERSON, Cast, Line, Speaker

__all__ = ["FIRST_PERSON", "Cast", "Line", "Speaker", "find_cast"]
