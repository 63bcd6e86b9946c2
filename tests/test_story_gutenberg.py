"""Plain text as libraries of hand-set books give it: the book is read, what is around it is not."""

import re

import pytest

from audiobook.story import read_story
from audiobook.story.emphasis import set_off
from audiobook.story.model import BlockKind, SpanKind
from audiobook.story.read import parse_story

PROSE = (
    "The wind went round the house all night, and in the morning the fence lay in\n"
    "the neighbour's field, where it had wanted to be for years."
)


def parse(text):
    return parse_story(text, "tale.txt", is_markdown=False)


def titles(story):
    return [chapter.title for chapter in story.chapters]


def left(story):
    return [(part.kind, part.after) for part in story.left_out]


def spoken(story):
    return " ".join(
        text
        for chapter in story.chapters
        for text in [chapter.title, *(block.text for block in chapter.blocks)]
    )


@pytest.fixture
def gale(data):
    return read_story(data / "texts" / "gutenberg-gale.txt")


def test_chapters_are_those_a_reader_would_name(gale):
    """Books open with their first chapter's title; the list of contents makes none."""
    assert titles(gale) == [
        "PREFACE",
        "BOOK THE FIRST. THE ISLAND. CHAPTER I. THE LAMP IS LIT",
        "CHAPTER II. A Stranger in Oilskins.",
        "CHAPTER III. THE GLASS FALLS",
        "BOOK THE SECOND. THE MAINLAND. CHAPTER I. DRY SHOES",
        "CHAPTER II. THE LETTER",
    ]
    assert (gale.title, gale.author, gale.language) == (
        "The Gale; Or, The Keeper's Daughter",
        "A. Person",
        "en",
    )


def test_what_is_left_out_is_listed_in_its_place(gale):
    """Terms, makers, title page, contents, notes: each with its kind, none without a trace."""
    assert left(gale) == [
        *(("licence", 0), ("colophon", 0), ("colophon", 0), ("title page", 0)),
        *(("contents", 0), ("contents", 0), ("notes", 1), ("notes", 2)),
        *(("colophon", 6), ("licence", 6)),
    ]
    assert dict(gale.omitted) == {"pictures": 2, "note references": 2}


def test_every_word_is_read_or_listed(data, gale):
    """Of the whole file no word is in neither place."""
    source = (data / "texts" / "gutenberg-gale.txt").read_text("utf-8")
    source = re.sub(r"\[(Illustration|Transcriber's Note|Footnote A)\b", "", source)
    words = re.findall(r"[^\W_]+", source)
    aside = " ".join(
        f"{part.chapter.title} {' '.join(block.text for block in part.chapter.blocks)}"
        for part in gale.left_out
    )
    found = re.findall(r"[^\W_]+", f"{spoken(gale)} {aside}")
    missing = [word for word in set(words) if words.count(word) > found.count(word)]
    # The mark of the preface's note stands twice, the word of a drawn cover once.
    assert set(missing) <= {"1", "A", "Cover"}


def test_emphasis_and_verse_survive_the_wrapped_lines(gale):
    """Signs of emphasis are no characters of the text; verse keeps its lines."""
    blocks = gale.chapters[1].blocks
    (span,) = blocks[0].spans
    assert blocks[0].text[span.start : span.end] == "second"
    assert "who lives on a well-known rock" in blocks[0].text
    assert "_" not in spoken(gale)
    assert [b.text.count("\n") for b in blocks if b.kind is BlockKind.VERSE] == [3]


def test_captions_are_read_unless_they_are_not_wanted(data):
    """A picture's caption is a paragraph, a picture without one is counted."""
    from audiobook.story.book import Read

    source = data / "texts" / "gutenberg-gale.txt"
    caption = "SHE HELD THE LAMP HIGHER"
    assert caption in spoken(read_story(source))
    without = read_story(source, read=Read(captions=False))
    assert caption not in spoken(without)
    assert dict(without.omitted)["pictures"] == 3


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("*** START OF THE PROJECT GUTENBERG EBOOK X ***", "*** END OF THE PROJECT GUTENBERG"),
        ("*** START OF THIS PROJECT GUTENBERG EBOOK A\nB C ***", "End of Project Gutenberg's X"),
        ("***START OF THE PROJECT GUTENBERG EBOOK X***", "***END OF THE PROJECT GUTENBERG EBOOK"),
        ("*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*", ("End of the Project "
         "Gutenberg Etext of X")),
        ("*END THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.10*END*", ("Ende dieses Projekt "
         "Gutenberg Etextes")),
    ],
)  # fmt: skip
def test_the_frame_is_told_in_all_its_forms(start, end):
    """Marks differ by year and language; text outside them is not read."""
    story = parse(f"Project Gutenberg\n\nTerms here.\n\n{start}\n\n{PROSE}\n\n{end}\n\nMore terms.")
    assert "erms" not in spoken(story)
    assert [kind for kind, _ in left(story)] == ["licence", "licence"]
    assert [block.text for block in story.chapters[0].blocks] == [PROSE.replace("\n", " ")]


def test_an_old_header_names_the_book_in_its_first_line():
    """Where there are no lines of facts, the title line has them."""
    story = parse(
        "The Project Gutenberg EBook of The Fence, by A. Person\n\n"
        f"*** START OF THIS PROJECT GUTENBERG EBOOK THE FENCE ***\n\n{PROSE}\n"
    )
    assert (story.title, story.author) == ("The Fence", "A. Person")


BOOKS = {
    "numerals under parts": (
        ["PART ONE", "I", PROSE, "II", PROSE, "PART TWO", "I", PROSE, "II", PROSE],
        ["PART ONE. I", "II", "PART TWO. I", "II"],
    ),
    "titled numerals": (
        ["I. THE FENCE", PROSE, "II. THE FIELD", PROSE, "III. THE END OF IT", PROSE],
        ["I. THE FENCE", "II. THE FIELD", "III. THE END OF IT"],
    ),
    "numerals in stories": (
        ["I. THE FENCE", "I.", PROSE, "II.", PROSE, "II. THE FIELD", "I.", PROSE, "II.", PROSE],
        ["I. THE FENCE", "II. THE FIELD"],
    ),
    "capitals": (["THE FENCE", PROSE, "THE FIELD", PROSE], ["THE FENCE", "THE FIELD"]),
    "numerals in stories in capitals": (
        ["THE FENCE", "I", PROSE, "II", PROSE, "THE FIELD", "I", PROSE, "II", PROSE],
        ["THE FENCE", "THE FIELD"],
    ),
    "numerals in chapters": (
        ["CHAPTER ONE", "I", PROSE, "II", PROSE, "CHAPTER TWO", "I", PROSE, "II", PROSE],
        ["CHAPTER ONE", "CHAPTER TWO"],
    ),
    "prologue and numerals": (
        ["PROLOGUE", PROSE, "I", PROSE, "II", PROSE, "EPILOGUE", PROSE],
        ["PROLOGUE", "I", "II", "EPILOGUE"],
    ),
    "German": (
        ["ERSTES BUCH", "Erstes Kapitel", PROSE, "Zweites Kapitel", PROSE,
         "ZWEITES BUCH", "Erstes Kapitel", PROSE],
        ["ERSTES BUCH. Erstes Kapitel", "Zweites Kapitel", "ZWEITES BUCH. Erstes Kapitel"],
    ),
    "French": (
        ["PREMIÈRE PARTIE", "LA CLÔTURE", "I", PROSE, "II", PROSE, "DEUXIÈME PARTIE", "I", PROSE],
        ["PREMIÈRE PARTIE. LA CLÔTURE. I", "II", "DEUXIÈME PARTIE. I"],
    ),
    "Spanish": (
        ["PRIMERA PARTE", "Capítulo primero", PROSE, "Capítulo II", PROSE],
        ["PRIMERA PARTE. Capítulo primero", "Capítulo II"],
    ),
    "Italian": (
        ["LIBRO PRIMO", "CAPITOLO I", PROSE, "CAPITOLO II", PROSE],
        ["LIBRO PRIMO. CAPITOLO I", "CAPITOLO II"],
    ),
    "Russian": (
        ["ЧАСТЬ ПЕРВАЯ", "Глава первая", PROSE, "ГЛАВА II", PROSE],
        ["ЧАСТЬ ПЕРВАЯ. Глава первая", "ГЛАВА II"],
    ),
    "underscored": (
        ["_CHAPTER I_", "_The Fence_", PROSE, "=CHAPTER II=", "=The Field=", PROSE],
        ["CHAPTER I. The Fence", "CHAPTER II. The Field"],
    ),
    "volumes, parts and chapters": (
        ["VOLUME I", "PART ONE", "CHAPTER I", PROSE, "PART TWO", "CHAPTER II", PROSE],
        ["VOLUME I. PART ONE. CHAPTER I", "PART TWO. CHAPTER II"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOOKS)
def test_levels_become_chapters_and_sections(name):
    """Parts are said with their first chapter, numbers inside chapters are sections."""
    lines, wanted = BOOKS[name]
    assert titles(parse("\n\n\n\n\n".join(lines))) == wanted


def test_numbers_inside_chapters_head_sections():
    """A section keeps its number as its heading."""
    story = parse("\n\n\n\n\n".join(BOOKS["numerals in chapters"][0]))
    heads = [b.text for b in story.chapters[0].blocks if b.kind is BlockKind.HEADING]
    assert heads == ["I", "II"]


@pytest.mark.parametrize(
    "text",
    [
        f"1. Take flour\n\n2. Take water\n\n{PROSE}",
        f"{PROSE}\n\nSTOP\n\n{PROSE}",
        f"{PROSE}\n\nI\n\n{PROSE}\n\nVII\n\n{PROSE}",
        f"{PROSE}\n\nHe read: 'I. O. U.'\n\n{PROSE}",
    ],
)
def test_numbers_and_capitals_in_passing_head_nothing(text):
    """What makes no order, or stands close to the text, is text."""
    assert not any(chapter.title_is_written for chapter in parse(text).chapters)


def test_contents_of_every_shape_are_left_out():
    """With page numbers, over several blocks, with parts, in one paragraph: no chapter is lost."""
    body = f"\n\n\n\n\nCHAPTER I\n\n{PROSE}\n\n\n\n\nCHAPTER II\n\n{PROSE}\n"
    for listed in (
        "CHAPTER I\n\nCHAPTER II",
        "I. The Fence ..... 1\nII. The Field ..... 20",
        "CHAPTER I\nCHAPTER II",
        (
            "    I. In which a fence goes for a walk and is not the better for it     1\n"
            "   II. In which it is brought home                                      20"
        ),
        (
            "CHAPTER I.\n\nThe Wind--The Fence--A Long Night--The Field\n\n"
            "CHAPTER II.\n\nThe Neighbour--A Quarrel--Peace"
        ),
    ):
        story = parse(f"THE FENCE\n\n\nCONTENTS\n\n{listed}{body}")
        assert titles(story)[-2:] == ["CHAPTER I", "CHAPTER II"], listed
        assert [kind for kind, _ in left(story)] == ["contents"], listed
        assert story.chapters[-1].n_words == story.chapters[-2].n_words == 27


def test_a_chapter_may_be_called_contents():
    """Prose under such a heading is prose."""
    story = parse(f"CHAPTER I\n\n{PROSE}\n\nContents\n\n{PROSE}\n\n{PROSE}")
    assert spoken(story).count("fence") == 3
    assert story.left_out == ()


def test_notes_go_and_brackets_that_are_none_stay():
    """A mark goes where a note answers it or it clings to a word; other brackets are text."""
    story = parse(
        f"{PROSE}[1] He wrote [in 1901] to her[2] and she [2] to him.\n\n"
        "[1] Of oak.\n\n[2] By post,\nin the morning.\n\n"
        "The room [4] was cold, and [A] stood on the door of it, as it always had.\n"
    )
    said = spoken(story)
    assert "to her and she to him" in said
    assert "[in 1901]" in said
    assert "[4]" in said
    assert "[A]" in said
    assert [part.chapter.blocks[0].text for part in story.left_out] == [
        "Of oak.",
        "By post, in the morning.",
    ]


@pytest.mark.parametrize(
    ("lines", "plain", "marked"),
    [
        (["He _did_ go."], "He did go.", ["did"]),
        (["_All of", "it._"], "All of\nit.", ["Allofit."]),
        (["=Bold= and _soft_"], "Bold and soft", ["Bold", "soft"]),
        (["_un_lucky"], "unlucky", ["un"]),
        (["a_name_here x_1"], "a_name_here x_1", []),
        (["_Opens here"], "Opens here", []),
        (["a = b = c"], "a = b = c", []),
        (["____ Street"], "____ Street", []),
    ],
)
def test_signs_of_emphasis_are_told_from_other_signs(lines, plain, marked):
    """A sign opens at a word and closes at one."""
    found, marks = set_off(lines)
    assert "\n".join(found) == plain
    visible = "".join("".join(found).split())
    assert [visible[mark.start : mark.end] for mark in marks] == marked
    assert {mark.kind for mark in marks} <= {SpanKind.EMPHASIS, SpanKind.STRONG}


def test_a_picture_that_never_closes_hides_nothing():
    """Without its end a bracket is text: nothing after it is lost."""
    story = parse(f"[Illustration: a fence\n\n{PROSE}\n\n{PROSE}")
    assert spoken(story).count("neighbour") == 2


def test_a_note_of_the_transcriber_hides_no_story():
    """Where no gap ends the note, only its first paragraph goes; and never everything."""
    story = parse("Transcriber's Note\n\nTwo commas were mended.\n\n" + f"{PROSE}\n\n" * 40)
    assert spoken(story).count("fence") == 40
    assert left(story) == [("colophon", 0)]
    assert spoken(parse("Transcriber's Note\n\nIt is all there is.")).endswith(
        "It is all there is."
    )


@pytest.mark.parametrize(
    "text",
    [
        "word " * 200_000,
        "w" * 1_000_000,
        "_a " * 200_000,
        "[" * 500_000 + " x",
        "[Illustration: x\n" * 20_000,
        "x[1] " * 100_000,
        "Transcriber's Note\n\n" * 10_000 + "So it was.",
        "CONTENTS\n\n" * 10_000 + "So it was, and so it went on for years.",
        "I\n\n" * 20_000 + "So it was.",
        "* " * 200_000 + "x",
    ],
    ids=lambda text: text[:12].strip(),
)
def test_monstrous_texts_take_time_in_proportion(text):
    """A megabyte of anything is read; what grows with the square would not end here."""
    assert sum(chapter.n_words for chapter in parse(text).chapters)
