"""Markdown: headings, facts, and words without their markup."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.segments import segment_chapter
from audiobook.story.model import BlockKind, Span
from audiobook.story.new import render_story
from audiobook.story.read import parse_story


def parse(text):
    return parse_story(text, "tale.md", is_markdown=True)


def titles(story):
    return [chapter.title for chapter in story.chapters]


def texts(story):
    return [[block.text for block in chapter.blocks] for chapter in story.chapters]


def test_headings_are_chapters_and_deeper_ones_sections():
    """The top headings open chapters; what is below them keeps its depth."""
    story = parse("# One\n\nA.\n\n## In it\n\nB.\n\n### Deep\n\nC.\n\n# Two\n\nD.\n")
    assert titles(story) == ["One", "Two"]
    sections = [(b.text, b.level) for b in story.chapters[0].blocks if b.kind is BlockKind.HEADING]
    assert sections == [("In it", 1), ("Deep", 2)]


def test_lone_top_heading_over_others_is_the_title():
    """One H1 above several H2 names the book."""
    story = parse("# The Gale\n\n## One\n\nA.\n\n## Two\n\nB.\n")
    assert (story.title, titles(story)) == ("The Gale", ["One", "Two"])


def test_lone_top_heading_over_one_section_is_a_chapter():
    """One H1 above a single H2 is a chapter with a section."""
    story = parse("# The Gale\n\nA.\n\n## Later\n\nB.\n")
    assert (story.title, titles(story)) == ("", ["The Gale"])


def test_parts_are_read_with_the_chapters_they_open():
    """H1 parts over H2 chapters leave the chapters chapters."""
    story = parse("# Part One\n\n## A\n\nText.\n\n## B\n\nText.\n\n# Part Two\n\n## C\n\nText.\n")
    assert titles(story) == ["Part One. A", "B", "Part Two. C"]


def test_front_matter_gives_facts():
    """Title, authors and language stand in front; other programs' keys do not matter."""
    story = parse(
        "---\ntitle: 'The Gale: A'\nauthor: [A, B]\nlang: English\ntags: x\n---\n\n# One\n\nA."
    )
    assert (story.title, story.author, story.language) == ("The Gale: A", "A, B", "en")
    assert story.chapters[0].line == 8


def test_title_of_front_matter_repeated_is_no_chapter():
    """A heading that only repeats the title is the title."""
    story = parse("---\ntitle: The Gale\n---\n# The Gale\n\n## One\n\nA.\n")
    assert (story.title, titles(story)) == ("The Gale", ["One"])


def test_opening_scene_break_is_no_front_matter():
    """A rule at the top is front matter only if facts follow."""
    assert len(parse("---\n\nIt blew.\n\n---\n\nIt fell.\n").chapters) == 2


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("*a* **b** ***c*** ~~d~~ `e`", "a b c d e"),
        ("[words](http://x.y 'title') and ![picture](a.png)here", "words and here"),
        ("a <b>bold</b> <!-- not --> end", "a bold end"),
        ("Tom &amp; Anna &mdash; two", "Tom & Anna — two"),
        ("a note[^1] here", "a note here"),
        ("5 \\* 3", "5 * 3"),
        ("snake_case_name", "snake_case_name"),
        ("1986\\. A year", "1986. A year"),
        ("1986. A year to remember.", "1986. A year to remember."),
        ("> quoted\n> words", "quoted words"),
        ("    set in from the left", "set in from the left"),
        ("[Anna]: said nothing", "[Anna]: said nothing"),
        ("<p align='center'>Centred <i>words</i></p>", "Centred words"),
    ],
)
def test_markup_is_taken_off_the_words(source, plain):
    """Emphasis, links, pictures, tags and comments leave only their words."""
    assert texts(parse(source)) == [[plain]]


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        ("It was *very* dark.", [("emphasis", "very")]),
        ("_A **b** c_ and __d__", [("emphasis", "A b c"), ("strong", "b"), ("strong", "d")]),
        ("1986. A *long*\nyear", [("emphasis", "long")]),
        ("- an *item*\n", [("emphasis", "item")]),
        ("*over\ntwo lines*", [("emphasis", "over two lines")]),
        ("*one,  \ntwo,*  \nthree", [("emphasis", "one,\ntwo,")]),
        ("[*words*](http://x.y) &amp; *`code`*", [("emphasis", "words"), ("emphasis", "code")]),
        ("2 * 3 * 4, snake_case_name", []),
        ("*![picture](a.png)* here", []),
    ],
)
def test_emphasis_is_kept_beside_the_words(source, marked):
    """What stands out is known by its place in the text; the text itself has no markup."""
    ((block,),) = (chapter.blocks for chapter in parse(source).chapters)
    assert [(s.kind.value, block.text[s.start : s.end]) for s in block.spans] == marked


def test_emphasis_in_a_section_heading_and_before_a_scene_break():
    """Headings keep theirs, and what became a break has none."""
    blocks = (
        parse("# One\n\n## In *it*\n\nIt *blew* all night.\n---\nIt fell.\n").chapters[0].blocks
    )
    spans = [[block.text[s.start : s.end] for s in block.spans] for block in blocks]
    assert spans == [["it"], ["blew"], [], []]


@given(st.text(alphabet="ab *_\n[]()`1. -\\", max_size=60))
def test_emphasis_lies_within_its_text(text):
    """Every span is a piece of its block's text that begins and ends with something to see."""
    try:
        story = parse(text + "x")
    except StoryError:
        assume(False)
    for block in (b for chapter in story.chapters for b in chapter.blocks):
        for span in block.spans:
            piece = block.text[span.start : span.end]
            assert piece
            assert piece == piece.strip()
            assert isinstance(span, Span)


def test_lists_are_paragraphs():
    """Each item of a list is said by itself, numbers as written."""
    assert texts(parse("- one\n- two\n\n3. three\n4. four\n")) == [
        ["one", "two", "3. three", "4. four"]
    ]


def test_hard_breaks_make_verse():
    """Two spaces or a backslash at the end of a line keep it a line."""
    (block,) = parse("The rain was long,  \nthe night was old,\\\nthe end.\n").chapters[0].blocks
    assert block.kind is BlockKind.VERSE
    assert block.text.split("\n") == ["The rain was long,", "the night was old,", "the end."]


def test_dashes_under_prose_are_a_scene_break():
    """A paragraph over a rule without a blank line stays a paragraph."""
    story = parse("# One\n\nIt blew all night.\n---\nIt fell.\n")
    kinds = [block.kind.value for block in story.chapters[0].blocks]
    assert kinds == ["paragraph", "scene_break", "paragraph"]


def test_underlined_headings_are_headings():
    """Both ways of writing a heading count."""
    assert titles(parse("One\n===\n\nA.\n\nTwo\n===\n\nB.\n")) == ["One", "Two"]


def test_code_of_a_language_is_dropped_and_plain_blocks_are_kept():
    """Nobody wants a program read aloud; a fenced letter is text."""
    assert texts(parse("A.\n\n```python\nx = 1\n```\n\n```\nDear Anna,\nI left.\n```\n")) == [
        ["A.", "Dear Anna,\nI left."]
    ]


def test_without_headings_chapter_lines_count():
    """Markdown without headings is divided as plain text is."""
    assert titles(parse("Chapter 1\n\nA.\n\nChapter 2\n\nB.\n")) == ["Chapter 1", "Chapter 2"]


def test_closing_heading_stays_text():
    """A heading with nothing under it at the end closes the last chapter."""
    story = parse("# One\n\nA.\n\n# Two\n\nB.\n\n# The End\n")
    assert titles(story) == ["One", "Two"]
    assert texts(story)[1] == ["B.", "The End"]


def test_lines_are_counted_in_the_source():
    """Every block knows where it stands."""
    story = parse("---\ntitle: x\n---\n\n# One\n\nA.\n\n- b\n- c\n")
    assert [block.line for block in story.chapters[0].blocks] == [7, 9, 10]


def test_odd_front_matter_is_refused_with_its_line():
    """YAML that is no list of facts says where it breaks."""
    with pytest.raises(StoryError, match=r"tale\.md:3: the front matter is not YAML"):
        parse("---\ntitle: x\nauthor: [a\n---\n\nA.\n")


ALIASES = "a0: &a0 ha\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    "facts",
    [
        f"{ALIASES}title: *a11",
        "title: &x [*x]",
        "title: !!python/object/apply:os.system ['exit 1']",
        f"title: {'[' * 5000}",
    ],
    ids=["bomb", "endless", "program", "deep"],
)
def test_hostile_front_matter_is_refused(facts):
    """It unfolds to nothing large, never ends in itself, and starts no program."""
    with pytest.raises(StoryError, match=r"tale\.md:\d+: the front matter") as caught:
        parse(f"---\n{facts}\n---\n\nA.\n")
    assert len(str(caught.value)) < 300


def directions(story):
    """Return for each block that has them its text, and the moods and lines of its directions."""
    return [
        (block.text, [(d.value, d.line) for d in block.directions])
        for chapter in story.chapters
        for block in chapter.blocks
        if block.directions
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\n\n{mood: solemn}\n\nOne.\n", [("One.", [("solemn", 3)])]),
        ("# A\n\n{mood: solemn}\nOne\ntwo.\n", [("One two.", [("solemn", 3)])]),
        ("# A\n\nOne\n{ Mood : Solemn }\ntwo.\n", [("One two.", [("Solemn", 4)])]),
        ("# A\n\nOne.\n{mood: solemn}\n\nTwo.\n", [("Two.", [("solemn", 4)])]),
        ("# A\n\nOne.\n\n{mood: x}\n\n***\n\nTwo.\n", [("Two.", [("x", 5)])]),
        ("# A\n\nOne.\n\n{mood: x}\n---\n\nTwo.\n", [("Two.", [("x", 5)])]),
        ("# A\n\nOne.\n\n{mood: x}\n\n# B\n\nTwo.\n", [("Two.", [("x", 5)])]),
        ("---\ntitle: t\n---\n\n{mood: x}\n\nOne.\n", [("One.", [("x", 5)])]),
        ("# A\n\n> {mood: x}\n> One.\n", [("One.", [("x", 3)])]),
        ("# A\n\n{mood: x}\n\n{mood: y}\n\nOne.\n", [("One.", [("x", 3), ("y", 5)])]),
        ("Chapter 1\n\n{mood: x}\n\nA.\n\nChapter 2\n\nB.\n", [("A.", [("x", 3)])]),
    ],
)
def test_a_direction_holds_from_the_text_that_follows(text, expected):
    """It is taken from a line of its own, wherever that stands, with its line in the source."""
    story = parse(text)
    assert directions(story) == expected
    assert "mood" not in str(texts(story) + titles(story))


def test_a_scene_break_under_a_direction_is_kept():
    """A line of dashes under a direction makes no heading of it."""
    story = parse("# A\n\nOne.\n\n{mood: x}\n---\n\nTwo.\n")
    kinds = [block.kind for block in story.chapters[0].blocks]
    assert kinds == [BlockKind.PARAGRAPH, BlockKind.SCENE_BREAK, BlockKind.PARAGRAPH]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("\\{mood: solemn}", "{mood: solemn}"),
        ("He drew {mood: solemn} on a wall.", "He drew {mood: solemn} on a wall."),
        ("{.center}", "{.center}"),
        ("{a, b: c}", "{a, b: c}"),
        ("1. {mood: x}", "1. {mood: x}"),
    ],
)
def test_braces_in_text_are_text(line, told):
    """Only a line that is nothing but a direction is one, and a backslash makes it text."""
    assert texts(parse(f"# A\n\n{line}\n")) == [[told]]


def test_plain_text_has_no_directions():
    """In a text file braces are what the author wrote."""
    story = parse_story("One.\n\n{mood: solemn}\n\nTwo.\n", "tale.txt", is_markdown=False)
    assert texts(story) == [["One.", "{mood: solemn}", "Two."]]
    again = parse_story(render_story(story), "story.md", is_markdown=True)
    assert texts(again) == texts(story)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "# A\n\n{moood: x}\n\nOne.",
            r'tale\.md:3: unknown direction "moood"; did you mean "mood"',
        ),
        ("# A\n\nOne.\n{foo: bar}\nTwo.", r'tale\.md:4: unknown direction "foo"; known: mood'),
        ("# A\n\n{mood:}\n\nOne.", r"tale\.md:3: \{mood:\} says nothing; write \{mood: solemn\}"),
        ("# A\n\nOne.\n\n{mood: x}\n", r"tale\.md:5: no text follows \{mood: x\}"),
    ],
)
def test_directions_that_mean_nothing_are_refused(text, message):
    """Nothing that looks like a direction is read aloud or passed over."""
    with pytest.raises(StoryError, match=message):
        parse(text)


def test_directions_are_no_words_and_come_through_a_new_project():
    """They are not counted or spoken, and `audiobook new` writes them where they were."""
    text = "# T\n\n## A\n\n{mood: x}\n\nOne.\n\n***\n\n{mood: y}\n\nTwo\\\nthree.\n\n## B\n\nFour."
    story = parse(text)
    assert [chapter.n_words for chapter in story.chapters] == [3, 1]
    again = parse(render_story(story))
    assert texts(again) == texts(story)
    assert [[v for v, _ in found] for _, found in directions(again)] == [["x"], ["y"]]
    segments = segment_chapter(story.chapters[0], language="en", lexicon={}, speak_title=False)
    assert [(s.text, [d.value for d in s.directions]) for s in segments] == [
        ("One.", ["x"]),
        ("Two\nthree.", ["y"]),
    ]


@given(st.integers(0, 12))
def test_a_direction_loses_and_splits_no_text(at):
    """Before any line of a story it leaves every block, title and word as they were."""
    lines = "# A\n\nOne *two\nthree* four.\n\n> Five\n\n***\n\n- six\n- seven\n\n## B\n\nEight."
    rows = lines.split("\n")
    directed = "\n".join([*rows[:at], "{mood: solemn}", *rows[at:]])
    story, plain = parse(directed), parse(lines)
    assert texts(story) == texts(plain)
    assert titles(story) == titles(plain)
    assert len(directions(story)) == 1


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab #*_-`[]()<>!\\&;:.\n1|~\t\"'", max_size=120))
def test_any_markdown_is_read_or_refused(text):
    """Whatever the characters, there is a story with words or one clear line."""
    try:
        story = parse(text)
    except StoryError:
        assume(False)
    assert all(any(c.isalnum() for b in ch.blocks for c in b.text) for ch in story.chapters)
