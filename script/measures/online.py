"""How online narration fares when the service fails, against one on this machine."""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from lab import ROOT

from measures import Measure

N_SEGMENTS = 300
FAULTS = ("429 5", "sorry", "500", "503", "reset", "empty", "cut", "cut mp3", "noise", "silent")


def measures(long: bool) -> Iterator[Measure]:
    if long:
        bar = f"{N_SEGMENTS} spoken, 0 twice"
        yield Measure(f"{N_SEGMENTS} segments, 30 % of the answers wrong", bar, _faults)


def _faults() -> str:
    """Speak segments one after another, starting anew after a block, on a clock that is set."""
    sys.path.insert(0, str(ROOT / "tests"))
    from loopback import NO_PROXIES, PROXIES, Clock, TranslateService

    from audiobook.errors import UnavailableError
    from audiobook.lexicon import SpokenWord
    from audiobook.speech.clips import speak_checked
    from audiobook.speech.engine import Utterance
    from audiobook.speech.gtts import Gtts

    dice = random.Random(1)
    wrong = [dice.choice(FAULTS) if dice.random() < 0.3 else "" for _ in range(10 * N_SEGMENTS)]
    texts = [f"Then guest number {n} came in and sat down." for n in range(N_SEGMENTS)]
    blocks, clock = 0, Clock()
    for name in NO_PROXIES:
        os.environ.pop(name, None)
    with TemporaryDirectory() as folder, TranslateService(wrong) as service:
        os.environ.update(dict.fromkeys(PROXIES, service.proxy))
        engine = Gtts(clock.now, clock.sleep, root=Path(folder))
        left = list(texts)
        while left:
            words = tuple(SpokenWord(word, word) for word in left[0].split())
            try:
                speak_checked(engine, Utterance(words, "en", "en"))
                left.pop(0)
            except UnavailableError:
                blocks += 1
                clock.now_s += 4 * 3600.0
        n_wrong = sum(map(bool, wrong[: len(service.texts)]))
        answered = Counter(t for t, w in zip(service.texts, wrong, strict=False) if not w)
        twice = sum(n > 1 for n in answered.values())
    waited = time.strftime("%H:%M", time.gmtime(sum(clock.waits_s)))
    return (
        f"{len(answered)} spoken, {twice} twice; {n_wrong} of {len(service.texts)} wrong, "
        f"{blocks} blocks, {waited} h of waiting"
    )
