"""Plain text: chapters, paragraphs, verse; nothing lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.story import read_story
from audiobook.story.headings import is_scene_break, match_chapter_line
from audiobook.story.model import BlockKind
from audiobook.story.read import parse_story


def parse(text):
    return parse_story(text, "tale.txt", is_markdown=False)


def titles(story):
    return [chapter.title for chapter in story.chapters]


def texts(story):
    return [[block.text for block in chapter.blocks] for chapter in story.chapters]


def test_bundled_text_gives_its_six_paragraphs_as_six_chapters(data):
    """A short story without headings is cut at paragraphs of fifty words."""
    source = data / "marat-kalmurzaeva.txt"
    story = read_story(source)
    paragraphs = source.read_text("utf-8").strip().split("\n\n")
    assert texts(story) == [[paragraph] for paragraph in paragraphs]
    assert story.title == "Marat Kalmurzaeva"
    assert not any(chapter.title_is_written for chapter in story.chapters)
    assert titles(story)[0] == "Marat Kalmurzaeva was a woman"
    assert [chapter.line for chapter in story.chapters] == [1, 3, 5, 7, 9, 11]


@pytest.mark.parametrize(
    "line",
    [
        *("Chapter 1", "CHAPTER IV.", "Chapter Twenty-One", "Chapter the First", "Part Two"),
        *("Book II — The Sea", "Prologue", "EPILOGUE: After", "Chapter 7 The Storm", "Letter 4"),
        *("Глава 1", "ГЛАВА ТРЕТЬЯ. Гроза", "Часть первая", "Пролог", "Розділ 2"),
        *("1-тарау", "Бірінші тарау", "I тарау", "Екінші бөлім. Жол", "Алғы сөз"),
        *("Kapitel 3", "Erstes Kapitel", "3. Kapitel: Der Wald", "Chapitre premier"),
        *("CHAPITRE III", "Première partie", "Capítulo 4", "Capítulo primero", "Capitolo II"),
        *("Segunda parte", "Hoofdstuk 2", "Rozdział V", "Bölüm 3", "第一章 开始", "第12回"),
    ],
)
def test_chapter_lines_of_many_languages_are_found(line):
    """A word for a chapter with a number, before or after it, heads a chapter."""
    assert match_chapter_line(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        *("Chapter 7 was the worst he wrote.", "Part of the problem", "part I liked"),
        *("Book one your flight", "The second part of it was sad", "One book is enough"),
        *("Introduction to botany is dull", "Book two, he said.", "Два тома лежали на столе"),
        *("Act one was over.", "On the table", "", "Chapter and verse", "Mix it"),
    ],
)
def test_sentences_are_no_chapter_lines(line):
    """A sentence that only begins like a heading is text."""
    assert match_chapter_line(line) is None


@pytest.mark.parametrize("line", ["***", "* * *", "---", "⁂", "#", "~", "— — —", "❦", "___"])
def test_ornaments_are_scene_breaks(line):
    """A line of nothing but an ornament divides scenes."""
    assert is_scene_break(line)


@pytest.mark.parametrize("line", ["—", "-", "...", "* a", "5"])
def test_other_lines_are_no_scene_breaks(line):
    """A lone dash may be somebody's silence."""
    assert not is_scene_break(line)


def test_title_stands_on_the_chapter_line_or_after_it():
    """A chapter's title is found on its line, on the next, and after a blank line."""
    story = parse(
        "CHAPTER I. RAIN\n\nIt fell all day.\n\nCHAPTER II\nWIND\n\nIt blew all night.\n\n"
        "CHAPTER III\n\nSun and Other Matters\n\nIt shone, they said, for an hour.\n"
    )
    assert titles(story) == [
        "CHAPTER I. RAIN",
        "CHAPTER II. WIND",
        "CHAPTER III. Sun and Other Matters",
    ]
    assert texts(story)[1] == ["It blew all night."]
    assert all(chapter.title_is_written for chapter in story.chapters)


def test_text_may_follow_a_chapter_line_at_once():
    """A paragraph right under its heading is not taken for a title."""
    story = parse("Chapter 1\nIt was dark, and the\nwind was cold.\n\nChapter 2\nDay came.\n")
    assert titles(story) == ["Chapter 1", "Chapter 2"]
    assert texts(story) == [["It was dark, and the wind was cold."], ["Day came."]]


def test_text_before_the_first_chapter_is_kept():
    """A foreword becomes a chapter of its own, with a title that is not spoken."""
    story = parse("I found these pages in a trunk.\n\nChapter 1\n\nIt began.\n\nChapter 2\n\nMore.")
    assert texts(story)[0] == ["I found these pages in a trunk."]
    assert [c.title_is_written for c in story.chapters] == [False, True, True]


def test_part_without_text_goes_into_the_next_title():
    """No chapter is empty: "PART ONE" is read with the chapter it opens."""
    story = parse("PART ONE\n\nCHAPTER 1\n\nText.\n\nPART TWO\nCHAPTER 2\n\nMore.\n")
    assert titles(story) == ["PART ONE. CHAPTER 1", "PART TWO. CHAPTER 2"]


def test_table_of_contents_makes_no_chapters():
    """A list of chapters is left out, and what it lists are the chapters."""
    for blank in ("\n", "\n\n"):
        listed = blank.join(f"CHAPTER {n}. Day {n}" for n in range(1, 5))
        body = "\n\n".join(f"CHAPTER {n}. Day {n}\n\nWords of it." for n in range(1, 5))
        story = parse(f"CONTENTS\n\n{listed}\n\n{body}\n")
        assert titles(story) == [f"CHAPTER {n}. Day {n}" for n in range(1, 5)]
        (part,) = story.left_out
        assert (part.kind, part.chapter.title) == ("contents", "CONTENTS")
        assert "CHAPTER 4. Day 4" in part.chapter.blocks[-1].text


def test_a_list_of_chapters_without_a_heading_stays_text():
    """Chapter lines one under the other make no chapters."""
    listed = "\n".join(f"CHAPTER {n}. Day {n}" for n in range(1, 5))
    body = "\n\n".join(f"CHAPTER {n}. Day {n}\n\nWords of it." for n in range(1, 5))
    story = parse(f"{listed}\n\n{body}\n")
    assert titles(story)[1:] == [f"CHAPTER {n}. Day {n}" for n in range(1, 5)]
    assert "CHAPTER 4. Day 4" in texts(story)[0][-1]


def test_bare_numbers_that_count_from_one_are_chapters():
    """Roman numerals alone on a line are headings, if they count."""
    assert titles(parse("I\n\nText here.\n\nII\n\nMore.\n\nIII\n\nEnd.")) == ["I", "II", "III"]
    assert len(parse("I\n\nText here.\n\nV\n\nMore.").chapters) == 1


def test_scene_breaks_divide_where_there_are_no_headings():
    """Without chapter lines each scene is a chapter, under its first words."""
    story = parse("The first scene was short.\n\n* * *\n\nThe second one, too.\n\n⁂\n\nThe third.")
    assert titles(story) == ["The first scene was short", "The second one", "The third"]


def test_scene_breaks_stay_inside_written_chapters():
    """Under headings a break is a break."""
    (chapter,) = parse("Chapter 1\n\n***\n\nOne.\n\n***\n***\n\nTwo.\n\n***\n").chapters
    kinds = [block.kind for block in chapter.blocks]
    assert kinds == [BlockKind.PARAGRAPH, BlockKind.SCENE_BREAK, BlockKind.PARAGRAPH]


def test_long_text_is_cut_at_about_fifteen_hundred_words():
    """Without any marks a long story gets chapters of even length, cut between paragraphs."""
    paragraph = "Word " * 99 + "end."
    story = parse("\n\n".join([paragraph] * 95))
    sizes = [chapter.n_words for chapter in story.chapters]
    assert sizes == [1500] * 5 + [2000]


def test_short_remainder_joins_the_last_chapter():
    """No chapter of a short story has fewer than fifty words."""
    story = parse(("Ten words are in this one line, no more, no.\n\n" * 13).strip())
    assert [chapter.n_words for chapter in story.chapters] == [50, 80]


def test_hard_wrapped_lines_become_paragraphs_and_divided_words_one():
    """Lines set to a width are joined; the hyphen at a line's end stays in its word."""
    story = parse("He was a well-\nknown man in\nour town.\n\nShe was not.\n")
    assert texts(story) == [["He was a well-known man in our town.", "She was not."]]


def test_lines_are_paragraphs_where_nothing_is_blank():
    """Without blank lines each line is a paragraph, unless they are clearly one text."""
    story = parse("The first line.\nThe second line.\nThe third.")
    assert len(story.chapters[0].blocks) == 3
    wrapped = (
        "It was the kind of dark evening on which\n"
        + "nobody in the whole long street would go out\n" * 4
    )
    assert len(parse(wrapped).chapters[0].blocks) == 1


def test_long_lines_are_paragraphs_even_between_blank_lines():
    """What is not wrapped is not joined."""
    line = "This is one long paragraph, " * 6 + "and here it ends."
    story = parse(f"{line}\n{line}\n\n{line}")
    assert [text for chapter in texts(story) for text in chapter] == [line] * 3


def test_verse_keeps_its_lines():
    """Short lines with capitals are verse."""
    story = parse(
        "He sang softly to\nhimself:\n\n  The rain was long,\n  The night was old,\n\nHe slept."
    )
    block = story.chapters[0].blocks[1]
    assert (block.kind, block.text) == (BlockKind.VERSE, "The rain was long,\nThe night was old,")


def test_dialogue_dashes_open_paragraphs():
    """A speaker's dash on a line of its own begins a paragraph."""
    story = parse("Он вошёл.\n— Кто там?\n— Это я, — сказал\nон тихо.\n\nКонец.")
    assert texts(story)[0][:3] == ["Он вошёл.", "— Кто там?", "— Это я, — сказал он тихо."]


def test_facts_at_the_top_are_taken():
    """Title, author and language lines are facts and not read aloud."""
    story = parse("Title: The Gale\nAuthor: A. Person\nLanguage: Kazakh\n\nIt blew hard.")
    assert (story.title, story.author, story.language) == ("The Gale", "A. Person", "kk")
    assert texts(story) == [["It blew hard."]]


def test_library_header_is_no_part_of_the_book():
    """What Project Gutenberg puts around a book, by its marks, is left out."""
    story = parse(
        "The Project Gutenberg eBook of The Gale\n\nTitle: The Gale\n\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK THE GALE ***\n\nIt blew.\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK THE GALE ***\n\nLicence text."
    )
    assert story.title == "The Gale"
    assert texts(story) == [["It blew."]]


def test_title_page_gives_title_and_author():
    """A title and "by" alone before the first chapter are what they look like."""
    story = parse("THE GALE\n\nby A. Person\n\nChapter 1\n\nIt blew.\n\nChapter 2\n\nMore.")
    assert (story.title, story.author, len(story.chapters)) == ("THE GALE", "A. Person", 2)


def test_lines_are_counted_in_the_source():
    """Every block knows its line, in any kind of line end."""
    blocks = parse("One.\n\n\nTwo\ntwo.\n\nThree.").chapters[0].blocks
    assert [block.line for block in blocks] == [1, 4, 7]


def letters(words):
    return [char for word in words for char in word if char.isalnum()]


WORDS = st.sampled_from(
    [
        "rain",
        "wind",
        "Anna",
        "said.",
        "“Go!”",
        "—",
        "*",
        "***",
        "Chapter",
        "1",
        "I",
        "II",
        "Part",
        "two,",
        "the",
        "и",
    ]
)
LINES = st.lists(WORDS, max_size=9).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=25))
def test_no_word_is_lost_or_moved(lines):
    """Every word of a plain text is in a title or a block, once and in order."""
    text = "\n".join([*lines, "", "The end came."])
    story = parse(text)
    found = []
    for chapter in story.chapters:
        if chapter.title_is_written:
            found += chapter.title.split()
        for block in chapter.blocks:
            found += block.text.split()
    assert letters([*story.title.split(), *found]) == letters(text.split())
    assert all(any(c.isalnum() for b in ch.blocks for c in b.text) for ch in story.chapters)
