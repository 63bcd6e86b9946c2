"""Text of any script in, the nearest small letters and digits of ASCII out, for names that need it.

Accents are dropped, and Cyrillic and Greek are written as they sound. Other scripts have no letters
here, and nothing is left of them.
"""

from __future__ import annotations

import unicodedata

__all__ = ["to_ascii"]

# Each letter, and how it is written; a hyphen for nothing.
_LETTERS = """
ß ss æ ae œ oe ø o đ d ð d þ th ł l ı i ŋ n ə a
а a б b в v г g д d е e ё yo ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh
ц ts ч ch ш sh щ shch ъ - ы y ь - э e ю yu я ya і i ї yi є ye ґ g ў u
ә a ғ gh қ q ң ng ө o ұ u ү u һ h ј j љ lj њ nj ћ c ђ dj џ dz ќ kj ѓ gj ѕ dz
α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps
ω o
"""
_TABLE = {
    ord(letter): said.replace("-", "")
    for letter, said in zip(*[iter(_LETTERS.split())] * 2, strict=True)
}


def to_ascii(text: str) -> str:
    """Return a text's words in small letters and digits, divided by single spaces.

    Examples
    --------
    >>> to_ascii("Қыз Жібек & Łódź"), to_ascii("Война и мир"), to_ascii("桃太郎")
    ('qyz zhibek lodz', 'voyna i mir', '')
    """
    # Composed first: a letter with its mark (й, ї) may be one of the table's.
    said = unicodedata.normalize("NFC", text.lower()).translate(_TABLE)
    plain = unicodedata.normalize("NFKD", said).translate(_TABLE)
    bare = "".join(c for c in plain if unicodedata.category(c)[0] != "M")
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in bare.replace("'", ""))
    return " ".join(kept.split())
