"""X-SAMPA in, IPA out: pronunciations as they are typed on a keyboard of 1995."""

from __future__ import annotations

import re

__all__ = ["ipa_of_xsampa"]

# J. C. Wells, "Computer-coding the IPA: a proposed extension of SAMPA", 1995; what is not listed
# (most small letters) is the same in both.
_SYMBOLS = r"""
A ɑ  B β  C ç  D ð  E ɛ  F ɱ  G ɣ  H ɥ  I ɪ  J ɲ  K ɬ  L ʎ  M ɯ  N ŋ  O ɔ  P ʋ  Q ɒ  R ʁ  S ʃ  T θ
U ʊ  V ʌ  W ʍ  X χ  Y ʏ  Z ʒ  g ɡ  1 ɨ  2 ø  3 ɜ  4 ɾ  5 ɫ  6 ɐ  7 ɤ  8 ɵ  9 œ  & ɶ  @ ə  { æ  } ʉ
" ˈ  % ˌ  : ː  :\ ˑ  ' ʲ  ? ʔ  ^ ꜛ  ! ꜜ  | |  || ‖  - -  . .  ` ˞
b_< ɓ  d_< ɗ  d` ɖ  g_< ɠ  h\ ɦ  j\ ʝ  l\ ɺ  l` ɭ  n` ɳ  p\ ɸ  r\ ɹ  r\` ɻ  r` ɽ  s\ ɕ  s` ʂ  t` ʈ
v\ ʋ  x\ ɧ  z\ ʑ  z` ʐ  B\ ʙ  G\ ɢ  G\_< ʛ  H\ ʜ  I\ ᵻ  J\ ɟ  J\_< ʄ  K\ ɮ  L\ ʟ  M\ ɰ  N\ ɴ  O\ ʘ
R\ ʀ  U\ ᵿ  X\ ħ  3\ ɞ  @\ ɘ  @` ɚ  3` ɝ  ?\ ʕ  <\ ʢ  >\ ʡ  !\ ǃ  |\ ǀ  ||\ ǁ  |\|\ ǁ  =\ ǂ  -\ ‿
= ̩  ~ ̃  _" ̈  _+ ̟  _- ̠  _/ ̌  _0 ̥  _= ̩  _> ʼ  _?\ ˤ  _\ ̂  _^ ̯  _} ̚  _~ ̃  _A ̘  _B ̏  _B_L ᷅
_F ̂  _G ˠ  _H ́  _H_T ᷄  _L ̀  _M ̄  _N ̼  _O ̹  _R ̌  _R_F ᷈  _T ̋  _X ̆  _a ̺  _c ̜  _d ̪  _e ̴  _h ʰ
_j ʲ  _k ̰  _l ˡ  _m ̻  _n ⁿ  _o ̞  _q ̙  _r ̝  _t ̤  _v ̬  _w ʷ  _x ̽
"""
_PAIRS = _SYMBOLS.split()
_TABLE = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_SYMBOL = re.compile("|".join(re.escape(s) for s in sorted(_TABLE, key=len, reverse=True)))


def ipa_of_xsampa(text: str) -> str:
    """Return X-SAMPA as IPA; what it does not know is kept.

    Examples
    --------
    >>> ipa_of_xsampa('rEk"Ord'), ipa_of_xsampa('"tSE@'), ipa_of_xsampa("t_hOI")
    ('rɛkˈɔrd', 'ˈtʃɛə', 'tʰɔɪ')
    """
    return _SYMBOL.sub(lambda match: _TABLE[match[0]], text)
