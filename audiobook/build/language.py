"""A story that does not name its language in, the language it is taken to be in out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from audiobook.errors import BuildError
from audiobook.story.model import Story

__all__ = ["language_of"]

DEFAULT = "en"
MAX_WORDS = 2000
MIN_WORDS = 20  # fewer say nothing about a language
MIN_SHARE = 0.15  # of all words; in stories of each language its own are 0.25 to 0.45
MIN_LEAD = 1.5  # over English, whose "a", "in" and "on" are words elsewhere too
LAST_LATIN = "ɐ"

# The most frequent words of languages in Latin letters: twenty or so make a third of any text.
_COMMON = {
    "en": "the and of to a in he was that it his her she i you had with for on as but not at",
    "ca": "el la de i que a en un una els les per amb no va es del al ell però com són era",
    "cs": "a se v na je že to s z do o i jako ale by si byl jsem za tak jeho po když už",
    "da": "og i at det en er han til på af for de ikke med var den hun jeg sig havde som der",
    "de": "der die und das den er sie zu in ein nicht es ich mit sich war dem von eine auf ist",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más había",
    "fi": "ja on ei hän se että oli mutta kun niin kuin ole joka minä en sen hänen nyt vain olla",
    "fr": "de la le et les des en un une il que elle est dans qui pas du au ne je se sur lui pour",
    "hu": "a az és hogy nem egy is volt de meg csak ez már mint el még ki ha azt mert",
    "it": "di e che la il un a per in una non è le si con i del lo da al era gli come ma più",
    "nb": "og i det er på han som en til med av var ikke jeg hun for den seg så hadde et at",
    "nl": "de het een en van in is dat op te hij niet zijn met was voor aan ze die er maar ik",
    "pl": "i w nie na się że z do to jest jak ale po o za był co już od tak jego przez tylko",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos ele foi era",
    "ro": "și de în la cu nu o să un pe din că era ce mai se a lui care ca dar fost sau",
    "sv": "och i att det en som han på är av för med inte den till var hon jag sig hade ett",
    "tr": "bir ve bu da de ne için o çok ben gibi daha ki sonra kadar mi olan diye onu dedi",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}


def language_of(story: Story) -> tuple[str, str]:
    """Guess a story's language by its most frequent words, and ask about one in other letters.

    Returns
    -------
    tuple of str and str
        BCP 47, and a line for the user where it is not English, or "".

    Raises
    ------
    BuildError
        If most letters are not Latin; the message says how to name the language.
    """
    letters: Counter[bool] = Counter()
    common: Counter[str] = Counter()
    n_words = 0
    for word in _words(story):
        n_words += 1
        letters.update(char < LAST_LATIN for char in word if char.isalpha())
        common.update(language for language, known in _WORDS.items() if word in known)
    if letters[False] > letters[True]:
        raise BuildError(
            "the story's language is not named and its letters are not Latin; "
            'say --language ru (or language = "ru" in book.toml)'
        )
    best = max(_WORDS, key=lambda language: common[language])
    is_clear = common[best] >= max(MIN_SHARE * n_words, MIN_LEAD * common[DEFAULT])
    if best == DEFAULT or n_words < MIN_WORDS or not is_clear:
        return DEFAULT, ""
    return best, (
        f"the story does not name its language and is read as {best}; "
        f'say --language (or language = "{best}" in book.toml) to settle it'
    )


def _words(story: Story) -> Iterator[str]:
    """Yield the first words of the story in small letters, without the marks around them."""
    n_words = 0
    for chapter in story.chapters:
        for block in chapter.blocks:
            for word in block.text.lower().split():
                yield word.strip(".,;:!?…\"'“”‘’«»„()—–-¿¡")
                n_words += 1
                if n_words == MAX_WORDS:
                    return
