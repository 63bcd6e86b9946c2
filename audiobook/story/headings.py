"""A line in, what it heads out: "Chapter 3", "ГЛАВА ТРЕТЬЯ. Гроза", "3-тарау", "Prologue"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = [
    "ChapterLine",
    "is_lone_line",
    "is_part_line",
    "is_scene_break",
    "match_chapter_line",
    "numeral_value",
]

MAX_HEADING_CHARS = 100

# Words that a number follows or precedes, by what they head.
CHAPTER_WORDS = (
    "chapter|chap\\.|letter|canto|stave|kapitel|kap\\.|kapittel|chapitre|chap|cap[ií]tulo|capítol"
    "|capitolo|capitolul|hoofdstuk|rozdział|kapitola|kapitula|luku|bölüm|fejezet|poglavlje"
    "|глава|розділ|раздел|тарау|бап|κεφάλαιο|chương"
)
PART_WORDS = (
    "part|book|volume|vol\\.|act|teil|buch|band|partie|livre|tome|parte|libro|livro|tomo|deel|boek"
    "|część|księga|tom|část|díl|del|osa|kısım|rész|könyv|часть|книга|том|частина|бөлім|кітап|μέρος"
)
# Headings by themselves, without a number.
LONE_WORDS = (
    "prologue|epilogue|preface|foreword|introduction|afterword|interlude|postscript|conclusion"
    "|prolog|epilog|vorwort|nachwort|einleitung|zwischenspiel|épilogue|préface|avant-propos"
    "|prólogo|epílogo|prefacio|prefácio|introducción|introdução|prologo|epilogo|prefazione"
    "|proloog|epiloog|voorwoord|wstęp|posłowie|předmluva|doslov|önsöz|sonsöz"
    "|пролог|эпилог|предисловие|послесловие|введение|вступление|епілог|передмова"
    "|кіріспе|алғы сөз|алғысөз|соңғы сөз|түйін"
)
_NUMBER_WORDS = """
the one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
hundred and last first second third fourth fifth sixth seventh eighth ninth tenth eleventh
twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
thirtieth fortieth fiftieth eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf das
der die erstes zweites drittes viertes fünftes sechstes siebtes siebentes achtes neuntes zehntes
elftes zwölftes erster zweiter dritter vierter fünfter sechster erste zweite dritte vierte
fünfte sechste un deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze
seize vingt premier première deuxième second seconde troisième quatrième cinquième sixième
septième huitième neuvième dixième onzième douzième uno dos tres cuatro cinco seis siete ocho
nueve diez once doce trece catorce quince veinte primero primera segundo segunda tercero tercera
cuarto cuarta quinto quinta sexto sexta séptimo séptima octavo octava noveno novena décimo
décima due tre quattro cinque sei sette otto nove dieci undici dodici tredici venti primo prima
secondo seconda terzo terza quarto quarta settimo settima ottavo ottava nono nona decimo um uma
dois duas três quatro oito dez doze primeiro primeira terceiro terceira sétimo oitavo één twee
drie vijf zes zeven acht negen tien eerste tweede derde vierde vijfde pierwszy pierwsza drugi
druga trzeci trzecia czwarty czwarta piąty piąta szósty szósta siódmy ósmy dziewiąty dziesiąty
første andre tredje første anden första andra birinci ikinci üçüncü dördüncü beşinci altıncı
yedinci sekizinci dokuzuncu onuncu bir iki üç dört beş altı yedi sekiz dokuz on ensimmäinen
toinen kolmas neljäs viides kuudes első második harmadik negyedik ötödik hatodik hetedik
nyolcadik kilencedik tizedik один одна два две три четыре пять шесть семь восемь девять десять
одиннадцать двенадцать первая вторая третья четвертая четвёртая пятая шестая седьмая восьмая
девятая десятая одиннадцатая двенадцатая тринадцатая четырнадцатая пятнадцатая шестнадцатая
семнадцатая восемнадцатая девятнадцатая двадцатая тридцатая сороковая двадцать тридцать
последняя первый второй третий четвертый четвёртый пятый перша друга третя четверта п'ята шоста
бір екі үш төрт бес алты жеті сегіз тоғыз бірінші екінші үшінші төртінші бесінші алтыншы жетінші
сегізінші тоғызыншы оныншы жиырма жиырмасыншы
"""
NUMBER_WORDS = frozenset(_NUMBER_WORDS.split())

NUMERAL = r"(?:\d{1,4}|[IVXLCDM]{1,8}|[ivxlcdm]{1,8})"
WORDS_BEFORE = rf"(?:{CHAPTER_WORDS}|{PART_WORDS})"
_FIRST = re.compile(rf"(?P<word>{WORDS_BEFORE})\s+(?P<rest>\S.*)", re.IGNORECASE)
_SECOND = re.compile(
    rf"(?P<number>{NUMERAL}(?:st|nd|rd|th|er|e|º|ª|-?[а-яәіңғүұқөһ]{{1,3}})?|[\w'’-]+(?:\s[\w'’-]+)??)"
    rf"(?:\s*[-–.]\s*|\s+)(?P<word>{WORDS_BEFORE})(?P<rest>\b.*)",
    re.IGNORECASE,
)
_LONE = re.compile(rf"(?P<word>{LONE_WORDS})\b(?P<rest>.*)", re.IGNORECASE)
_NUMBERED = re.compile(rf"(?P<number>{NUMERAL})\b(?P<rest>.*)")
_HAN = re.compile(
    r"(?P<word>第\s*[0-9０-９一二三四五六七八九十百千零〇两]{1,7}\s*[章回节節話话幕部卷篇])(?P<rest>.*)"
)
_DIVIDER = re.compile(r"\s*(?:[.:·|、：]|\s[-–—]|[–—])\s*")
_PART = re.compile(rf"\b(?:{PART_WORDS})\b|第.{{1,7}}[部卷篇]", re.IGNORECASE)
_SCENE_BREAK = re.compile(
    r"\*(?:\s*\*)*|[-–—](?:\s*[-–—]){2,}|_(?:\s*_){2,}|~(?:\s*~)*|#(?:\s*#)*|•(?:\s*•)*|⁂"
    r"|[❦❧☙✻✽✦✧❖◆◇○●☆★§※❀✿＊](?:\s*[❦❧☙✻✽✦✧❖◆◇○●☆★§※❀✿＊])*"
)
_ROMAN = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})", re.IGNORECASE)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


@dataclass(frozen=True)
class ChapterLine:
    """A line that opens a chapter; ``title`` is what it says after its number, often nothing."""

    title: str


def numeral_value(text: str) -> int:
    """Return what a bare numeral is worth, 0 when it is none.

    Examples
    --------
    >>> numeral_value("XIV"), numeral_value("14"), numeral_value("mix"), numeral_value("IIX")
    (14, 14, 1009, 0)
    >>> numeral_value("İ")  # a Turkish letter, which matches an I in any case
    0
    """
    if text.isascii() and text.isdigit():
        return int(text)
    if not text.isascii() or not text or not _ROMAN.fullmatch(text):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in text.upper()]
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))


def is_scene_break(line: str) -> bool:
    """Tell whether a line is nothing but an ornament: ``* * *``, ``---``, ``⁂``, ``#``."""
    return bool(_SCENE_BREAK.fullmatch(line.strip()))


def is_part_line(line: str) -> bool:
    """Tell whether a chapter line heads something larger than a chapter: "PART TWO"."""
    line = line.strip().strip("=*_").strip()
    if match_chapter_line(line) is None:
        return False
    match = _HAN.match(line) or _FIRST.match(line) or _SECOND.match(line)
    return match is not None and bool(_PART.search(match["word"]))


def is_lone_line(line: str) -> bool:
    """Tell whether a chapter line has no number: "Prologue"."""
    line = line.strip().strip("=*_").strip()
    return match_chapter_line(line) is not None and bool(_LONE.match(line))


@lru_cache(maxsize=4096)  # asked several times about each line
def match_chapter_line(line: str) -> ChapterLine | None:
    """Return what a line like "Chapter 3: The Storm" says, None for a line of ordinary text.

    A sentence that only begins so ("Chapter 3 was dull.", "Part of it") is ordinary text.

    Examples
    --------
    >>> match_chapter_line("CHAPTER IV. The Storm")
    ChapterLine(title='The Storm')
    >>> match_chapter_line("Chapter 4 was the worst, he thought.")
    """
    line = line.strip().strip("=*_").strip()
    if not line or len(line) > MAX_HEADING_CHARS:
        return None
    han = _HAN.match(line)
    if han:
        return _with_title(han["rest"])
    return _match_first(line) or _match_second(line) or _match_lone(line)


def _match_first(line: str) -> ChapterLine | None:
    """Match the number after the word: "Chapter Twenty-One: Rain"."""
    match = _FIRST.match(line)
    if not match:
        return None
    rest = match["rest"]
    numbered = _NUMBERED.match(rest)
    if numbered and numeral_value(numbered["number"]):
        # Without its capital the word may be part of a sentence ("part I liked").
        return _with_title(numbered["rest"]) if line[0].isupper() or line[0].isdigit() else None
    count = _count_number_words(rest)
    return _with_title(_after_words(rest, count)) if count and line[0].isupper() else None


def _match_second(line: str) -> ChapterLine | None:
    """Match the number before the word: "3. Kapitel", "Бірінші тарау", "Première partie"."""
    match = _SECOND.match(line)
    if not match or not (line[0].isupper() or line[0].isdigit()):
        return None
    number = match["number"]
    numeral = re.match(r"\d+|[IVXLCDM]+\b", number)
    if numeral or _count_number_words(number) == len(number.split()):
        return _with_title(match["rest"])
    return None


def _match_lone(line: str) -> ChapterLine | None:
    match = _LONE.match(line)
    if not match or not line[0].isupper():
        return None
    rest = match["rest"]
    # "Introduction to botany" heads something else, or is a sentence.
    return _with_title(rest) if not rest.strip(" .:") or _DIVIDER.match(rest) else None


def _count_number_words(text: str) -> int:
    """Count the number words that ``text`` begins with; "twenty-one" is one."""
    count = 0
    for token in text.split()[:5]:
        parts = token.strip(".,:;–—").casefold().replace("’", "'").split("-")
        if not all(part in NUMBER_WORDS for part in parts):
            break
        count += 1
        if token[-1] in ".,:;–—":
            break
    return 0 if text.split()[:count] in (["the"], ["The"], ["THE"]) else count


def _after_words(text: str, count: int) -> str:
    """Return what stands after the first ``count`` words, with the divider that clings to them."""
    match = re.match(rf"(?:\S+\s+){{{count - 1}}}\S*?(?=[.:,;–—]*(?:\s|$))", text)
    return text[match.end() :] if match else ""


def _with_title(rest: str) -> ChapterLine | None:
    """Judge what follows the number: nothing, a divided title, or a title with a capital."""
    divider = _DIVIDER.match(rest)
    title = rest[divider.end() :].strip() if divider else rest.strip()
    if not title:
        return ChapterLine("")
    if divider:
        return ChapterLine(title)
    opening = title.lstrip("\"'“‘«„(")
    is_title = opening[:1].isupper() or not opening[:1].islower()
    ends_as_sentence = title[-1] in ".,;:…" or title.count(",") > 1
    return ChapterLine(title) if is_title and not ends_as_sentence and rest[0] != "," else None
