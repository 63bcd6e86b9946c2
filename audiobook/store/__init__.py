"""Artefacts by the hash of what made them: atomic, verified on read, shared by every book.

========= ======================================================================
form      what a file of the store looks like
scratch   where work that is not finished lies, and how it is swept
record    small files beside the artefacts
locks     files that say that somebody is at work
artefacts the store itself
========= ======================================================================
"""

from audiobook.store.artefacts import Pruned, Store, Usage, default_root, key_of
from audiobook.store.locks import Lock, host_name
from audiobook.store.record import write_record
from audiobook.store.scratch import SCRATCH, clear, sweep

__all__ = [
    "SCRATCH",
    "Lock",
    "Pruned",
    "Store",
    "Usage",
    "clear",
    "default_root",
    "host_name",
    "key_of",
    "sweep",
    "write_record",
]
