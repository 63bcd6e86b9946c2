"""What people call a language in, its BCP 47 code out."""

from __future__ import annotations

import re

__all__ = ["LANGUAGE_PATTERN", "language_code"]

LANGUAGE_PATTERN = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*"

NAMES = {
    "arabic": "ar", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl", "english": "en",
    "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hindi": "hi",
    "hungarian": "hu", "italian": "it", "japanese": "ja", "kazakh": "kk", "korean": "ko",
    "norwegian": "no", "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru",
    "spanish": "es", "swedish": "sv", "turkish": "tr", "ukrainian": "uk",
    "deutsch": "de", "français": "fr", "español": "es", "italiano": "it", "português": "pt",
    "русский": "ru", "қазақша": "kk", "қазақ тілі": "kk", "українська": "uk", "polski": "pl",
}  # fmt: skip


def language_code(name: str) -> str:
    """Return the code of a language given by code or name, "" when it is neither.

    Examples
    --------
    >>> language_code("English"), language_code("pt_BR"), language_code("Klingonese")
    ('en', 'pt-br', '')
    """
    name = name.strip().replace("_", "-").lower()
    if name in NAMES:
        return NAMES[name]
    return name if re.fullmatch(LANGUAGE_PATTERN, name) else ""
