"""How words are said: written words in, spoken words out, one for one.

Every word of the text keeps its place, so that timings point at the words as printed. Only what is
certain is rewritten: the book's own lexicon, abbreviations whose full stop would be heard as one,
initials, and those numbers, dates, sums, measures and signs that engines read otherwise than a
narrator; plain numbers and everything else are the engine's to read.
"""

from audiobook.lexicon.entries import Lexicon
from audiobook.lexicon.here import said_here
from audiobook.lexicon.say import say
from audiobook.lexicon.sources import Source, merged
from audiobook.lexicon.words import SpokenWord

__all__ = ["Lexicon", "Source", "SpokenWord", "merged", "said_here", "say"]
