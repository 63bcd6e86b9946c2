"""A story's texts and its lexicon in, what to look at out: idle entries, doubtful words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase

from audiobook.lexicon.abbreviations import abbreviations
from audiobook.lexicon.entries import find_entry, index_of
from audiobook.lexicon.grammar import grammar_of
from audiobook.lexicon.words import Token, take_apart
from audiobook.story.book import Pronunciation
from audiobook.story.headings import numeral_value

__all__ = ["Doubtful", "doubtful_words", "entries_met"]

MIN_LETTERS = 3
MIN_LETTERS_OF_ODD = 5  # short plain words are too few letters to judge
_ODD_NAME, _ODD_WORD = 1.0, 3.0  # deviations above what the story's plain words are; taste
_COMMON_TYPES = 3  # a letter is at home when as many plain words have it
_PARTS = re.compile(r"[-‐‑–—/]+|['’](?:s|S)$")
_ENDS_SENTENCE = re.compile(r"[.!?…:]")
_CAPITAL_NOUNS = frozenset({"de", "lb"})  # languages where any noun has a capital


@dataclass(frozen=True)
class Doubtful:
    """A word that engines may say wrong.

    Attributes
    ----------
    word : str
        As the story writes it most often.
    count : int
        How often it stands there.
    reasons : tuple of str
        "name", "unusual spelling", "foreign letters", "capitals".
    """

    word: str
    count: int
    reasons: tuple[str, ...]


@dataclass
class _Seen:
    """How the story writes one word."""

    forms: Counter[str] = field(default_factory=Counter)
    n_lower: int = 0
    n_named: int = 0  # with a capital where no sentence begins


def entries_met(
    texts: Sequence[str], lexicon: Mapping[str, Pronunciation], language: str
) -> Counter[str]:
    """Count how often each entry speaks; those that never do are not in the count."""
    index, met = index_of(lexicon), Counter[str]()
    has_possessives = _primary(language) == "en"
    for text in texts:
        tokens = [take_apart(word) for word in text.split()]
        i = 0
        while i < len(tokens):
            found = find_entry(tokens, i, index, has_possessives=has_possessives)
            met.update(found.entries)
            i += max(len(found.words), 1)
    return met


def doubtful_words(
    texts: Sequence[str], lexicon: Mapping[str, Pronunciation], language: str, *, most: int = 20
) -> tuple[Doubtful, ...]:
    """Return the words most likely to be said wrong, the worst first.

    Parameters
    ----------
    texts : sequence of str
        What the segments say.
    most : int
        How many at most.

    Notes
    -----
    espeak-ng, which gives the natural voices their sounds, reads nearly every word by rules and
    has no list to ask. So a word is held against the story itself: it is doubtful when it never
    stands in small letters (a name), or when its letters follow each other as they hardly do in
    the story's plain words. Frequent ones come first. Words the lexicon has are left out, and the
    names of rulers, which engines know.
    """
    seen = _seen(texts, lexicon, _primary(language))
    grammar = grammar_of(language)
    for name in grammar.roman.rulers | grammar.roman.queens if grammar else ():
        seen.pop(name.lower(), None)
    plain = [form for form, word in seen.items() if word.n_lower and form.isalpha()]
    spelling = _Spelling(plain)
    ranked = []
    for form, word in seen.items():
        reasons = _reasons(form, word, spelling, _primary(language))
        if reasons:
            count = word.forms.total()
            worth = (1.0 + max(spelling.oddness(form), 0.0)) * math.sqrt(count)
            ranked.append((-worth, form, Doubtful(word.forms.most_common(1)[0][0], count, reasons)))
    return tuple(found for _, _, found in sorted(ranked)[:most])


def _primary(language: str) -> str:
    return re.split(r"[-_]", language.lower())[0]


def _reasons(form: str, word: _Seen, spelling: _Spelling, language: str) -> tuple[str, ...]:
    is_name = word.n_named > 0 and not word.n_lower and language not in _CAPITAL_NOUNS
    written = word.forms.most_common(1)[0][0]
    is_acronym = is_name and written.isupper()
    is_odd = spelling.oddness(form) > (_ODD_NAME if not word.n_lower else _ODD_WORD)
    is_foreign = any(letter not in spelling.letters for letter in form)
    is_odd = is_odd and (not word.n_lower or len(form) >= MIN_LETTERS_OF_ODD)
    found = {
        "capitals": is_acronym,
        "name": is_name and not is_acronym,
        "unusual spelling": is_odd,
        "foreign letters": is_foreign,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def _seen(
    texts: Sequence[str], lexicon: Mapping[str, Pronunciation], language: str
) -> dict[str, _Seen]:
    index, known = index_of(lexicon), abbreviations(language)
    seen: dict[str, _Seen] = {}
    for text in texts:
        tokens = [take_apart(word) for word in text.split()]
        opens = True
        i = 0
        while i < len(tokens):
            token = tokens[i]
            found = find_entry(tokens, i, index, has_possessives=language == "en")
            if not found.words and token.core + token.after not in known:
                _note(token, seen, opens=opens or bool(token.before))
            last = tokens[i + max(len(found.words), 1) - 1]
            opens = bool(_ENDS_SENTENCE.search(last.after))
            i += max(len(found.words), 1)
    return seen


def _note(token: Token, seen: dict[str, _Seen], *, opens: bool) -> None:
    for part in _parts(token.core):
        word = seen.setdefault(part.lower(), _Seen())
        word.forms[part] += 1
        word.n_lower += part.islower()
        word.n_named += part[:1].isupper() and not opens


def _parts(core: str) -> Iterator[str]:
    for part in _PARTS.split(core):
        if len(part) >= MIN_LETTERS and part.isalpha() and not numeral_value(part):
            yield part


class _Spelling:
    """How letters follow each other in plain words: a trigram model, each word counted once."""

    def __init__(self, plain: Sequence[str]) -> None:
        self._pairs: Counter[str] = Counter()
        self._triples: Counter[str] = Counter()
        types: Counter[str] = Counter()
        for form in plain:
            types.update(set(form))
            for triple in _triples(form):
                self._triples[triple] += 1
                self._pairs[triple[:2]] += 1
        self._n_letters = len(types) + 1
        self.letters = {c for c, n in types.items() if n >= _COMMON_TYPES}
        if 2 * sum(n for c, n in types.items() if c in ascii_lowercase) > types.total():
            self.letters |= set(ascii_lowercase)
        surprises = [self._surprise(form) for form in plain]
        self._mean = math.fsum(surprises) / max(len(surprises), 1)
        squares = math.fsum((s - self._mean) ** 2 for s in surprises)
        self._deviation = math.sqrt(squares / max(len(surprises), 1)) or 1.0

    def oddness(self, form: str) -> float:
        """Return how many deviations a word is stranger than the plain ones."""
        return (self._surprise(form) - self._mean) / self._deviation

    def _surprise(self, form: str) -> float:
        bits = [
            math.log2((self._pairs[t[:2]] + self._n_letters * 0.1) / (self._triples[t] + 0.1))
            for t in _triples(form)
        ]
        return math.fsum(bits) / len(bits)


def _triples(form: str) -> list[str]:
    padded = f"  {form} "
    return [padded[i : i + 3] for i in range(len(padded) - 2)]
