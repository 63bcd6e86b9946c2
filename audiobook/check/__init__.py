"""A finished folder in, verdicts out: judged from the decoded files, not from what was believed.

======== =======================================================================
verdict  one rule applied to one file
folder   every file of a folder, decoded once, and who judges what of it
source   what the folder was made of, as far as it can still be found
hear     a sound file in, levels and excerpts out, in one pass
clicks   the moments that stand out as clicks do
coding   how a file is coded, as several programs read it
rules    what each profile demands of a sound file: a table
sound    lengths, gaps, clicks, a voice wherever one should be
balance  speech over music, segment by segment
words    every word of the story once, in order, in time
marks    chapter marks, held against where the chapters sound
tags     what files say of themselves, and their cover
page     all of it as one HTML page
place    what is said at a position
======== =======================================================================
"""

from audiobook.check.folder import Checked, Examined, check
from audiobook.check.place import Place, locate
from audiobook.check.source import Source
from audiobook.check.verdict import Verdict

__all__ = ["Checked", "Examined", "Place", "Source", "Verdict", "check", "locate"]
