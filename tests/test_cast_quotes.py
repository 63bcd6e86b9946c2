"""Where lines begin and end, in the typography of the main European languages."""

import pytest

from audiobook.cast.quotes import find_quotes, styles_of
from audiobook.cast.tongue import TONGUES, tongue_of


def quoted(language, *texts):
    tongue = tongue_of(language)
    styles = styles_of(texts, tongue)
    found = find_quotes(texts, styles, tongue)
    return [[t[q.start : q.end] for q in qs] for t, qs in zip(texts, found, strict=True)]


LINES = [
    ("en", "“Yes,” said Anna, “it’s me.”", ["“Yes,”", "“it’s me.”"]),
    ("en", '"Yes," said Anna, "it\'s me."', ['"Yes,"', '"it\'s me."']),
    ("en", "‘I’m here,’ said Anna, ‘and so’s the boys’ dog.’",
     ["‘I’m here,’", "‘and so’s the boys’ dog.’"]),
    ("en", "'I'm here,' said Anna. 'Don't go.'", ["'I'm here,'", "'Don't go.'"]),
    ("en", "“He said ‘no’ to “me”, you see,” said Ben.", ["“He said ‘no’ to “me”, you see,”"]),
    ("en", "‘Did he say “no”?’ asked Ben. ‘He did.’", ["‘Did he say “no”?’", "‘He did.’"]),
    ("de", "„Ja“, sagte Anna, „ich komme.“", ["„Ja“", "„ich komme.“"]),
    ("de", "»Ja«, sagte Anna, »ich komme.«", ["»Ja«", "»ich komme.«"]),
    ("de", "‚Ja‘, sagte Anna.", ["‚Ja‘"]),
    ("fr", "« Bonjour ! » dit Anna.", ["« Bonjour ! »"]),
    ("fr", "« Bonjour, dit Anna, comment ça va ? »", ["« Bonjour,", "comment ça va ? »"]),
    ("fr", "— Bien, répondit-il. Et toi ?", ["— Bien,", "Et toi ?"]),
    ("fr", "— C’est vrai, dit le petit prince.", ["— C’est vrai,"]),
    ("fr", "— Il me dit la vérité.", ["— Il me dit la vérité."]),
    ("es", "—Hola —dijo Ana—. ¿Qué tal?", ["—Hola", "¿Qué tal?"]),
    ("es", "—No lo sé.", ["—No lo sé."]),
    ("pt", "— Olá — disse Ana. — Como vai?", ["— Olá", "Como vai?"]),
    ("it", "«Ciao» disse Anna. «Come stai?»", ["«Ciao»", "«Come stai?»"]),
    ("it", "– Bene – rispose lui.", ["– Bene"]),
    ("ru", "— Привет, — сказала Анна. — Как дела?", ["— Привет,", "Как дела?"]),
    ("ru", "«Нет», — сказал он.", ["«Нет»"]),
    ("kk", "— Сәлем, — деді Анар.", ["— Сәлем,"]),
    ("kk", "«Жоқ», — деді мұғалім.", ["«Жоқ»"]),
    ("sv", "”Ja”, sa Anna.", []),  # opens as it closes: not told apart, so the narrator's
    ("pl", "„Tak”, powiedziała Anna.", ["„Tak”"]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "wanted"), LINES)
def test_lines_are_found_in_every_style(language, text, wanted):
    """What is said is found, and what tells who says it is not taken for a part of it."""
    assert quoted(language, text) == [wanted]


def test_a_line_of_several_paragraphs():
    """A paragraph whose line is not closed goes on in the next, which opens it again."""
    found = quoted("en", "“One.", "“Two.", "“Three,” said Ben.")
    assert found == [["“One."], ["“Two."], ["“Three,”"]]


def test_a_mark_without_a_partner_is_none():
    """Inches and a forgotten mark do not swallow the rest of the paragraph."""
    assert quoted("en", 'The 6" nail was "good," he said.', 'A "stray mark.')[0] == ['"good,"']
    assert quoted("en", "“Yes,” he said. “And", "nothing follows.")[0] == ["“Yes,”"]


def test_single_marks_are_lines_only_where_they_are_the_commonest():
    """Beside double marks, single ones hold a thought or a title."""
    assert quoted("en", "“Go,” he said.", "‘I will,’ she thought.") == [["“Go,”"], []]


def test_apostrophes_are_no_marks():
    """Elisions and possessives open and close nothing."""
    assert quoted("en", "'Twas the dogs' dinner, an' that's all o' it.") == [[]]


def test_a_dash_is_a_line_only_where_that_is_the_custom():
    """One English paragraph that begins with a dash is no dialogue."""
    assert quoted("en", "“Go,” he said.", "“No,” she said.", "— and then it rained.")[2] == []


@pytest.mark.parametrize("code", TONGUES)
def test_every_table_is_whole(code):
    """Each language has verbs, names and nouns, all in small letters."""
    tongue = tongue_of(code)
    assert tongue.verbs
    assert tongue.names
    assert tongue.roles
    assert all(word == word.lower() for word in [*tongue.verbs, *tongue.names, *tongue.titles])
