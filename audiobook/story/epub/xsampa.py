"""Sounds in X-SAMPA in, the same in the International Phonetic Alphabet out.

References
----------
.. [1] J. C. Wells, Computer-coding the IPA: a proposed extension of SAMPA, University College
   London, 1995.
"""

from __future__ import annotations

import re

__all__ = ["ipa_of"]

_TABLE = """
b_< ɓ d_< ɗ g_< ɠ G\\_< ʛ J\\_< ʄ d` ɖ l` ɭ n` ɳ r` ɽ r\\` ɻ s` ʂ t` ʈ z` ʐ h\\ ɦ j\\ ʝ l\\ ɺ p\\ ɸ
r\\ ɹ s\\ ɕ v\\ ʋ x\\ ɧ z\\ ʑ B\\ ʙ G\\ ɢ H\\ ʜ I\\ ᵻ J\\ ɟ K\\ ɮ L\\ ʟ M\\ ɰ N\\ ɴ O\\ ʘ R\\ ʀ
U\\ ᵿ X\\ ħ 3\\ ɞ @\\ ɘ ?\\ ʕ <\\ ʢ >\\ ʡ !\\ ǃ |\\|\\ ǁ |\\ ǀ =\\ ǂ :\\ ˑ -\\ ‿ _O\\ ʘ
A ɑ B β C ç D ð E ɛ F ɱ G ɣ H ɥ I ɪ J ɲ K ɬ L ʎ M ɯ N ŋ O ɔ P ʋ Q ɒ R ʁ S ʃ T θ U ʊ V ʌ W ʍ X χ
Y ʏ Z ʒ 1 ɨ 2 ø 3 ɜ 4 ɾ 5 ɫ 6 ɐ 7 ɤ 8 ɵ 9 œ & ɶ { æ } ʉ @` ɚ @ ə ? ʔ g ɡ
" ˈ % ˌ : ː . . | | || ‖ ! ꜜ ^ ꜛ ' ʲ ` ˞ _j ʲ _h ʰ _w ʷ _G ˠ _?\\ ˤ _e ̴ _~ ̃ ~ ̃ _0 ̥ _v ̬ _= ̩ = ̩
_" ̈ _+ ̟ _- ̠ _/ ̌ _\\ ̂ _^ ̯ _> ʼ _} ̚ _c ̜ _O ̹ _o ̞ _r ̝ _a ̺ _d ̪ _m ̻ _k ̰ _t ̤ _n ⁿ _l ˡ _A ̘ _q ̙
_x ̽ _N ̼ _X ̆ _T ̋ _H ́ _M ̄ _L ̀ _B ̏ _R ̌ _F ̂
"""
_PAIRS = _TABLE.split()
_SYMBOLS = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_LONGEST_FIRST = re.compile("|".join(map(re.escape, sorted(_SYMBOLS, key=len, reverse=True))))


def ipa_of(sounds: str) -> str:
    """Return sounds in IPA; what is no symbol of X-SAMPA stays as it is.

    Examples
    --------
    >>> ipa_of('"dZOIz@'), ipa_of("t_hA:")
    ('ˈdʒɔɪzə', 'tʰɑː')
    """
    return _LONGEST_FIRST.sub(lambda match: _SYMBOLS[match[0]], sounds)
