"""PDF: the lines as they are read, without what each page repeats; what has no text is refused."""

import json
import textwrap

import pytest

from audiobook.errors import StoryError
from audiobook.story import pdf as reader
from audiobook.story import read_story
from audiobook.story.pdf import story_of

fpdf = pytest.importorskip("fpdf", reason="fpdf2 makes the PDFs")
pytest.importorskip("pypdfium2", reason="the extra [pdf] is not installed")

WORDS = """
wind blew round the house all night and in morning fence lay neighbour field where it had
wanted to be for years nobody spoke of it at breakfast but everyone had seen how quietly
""".split()  # noqa: SIM905


def prose(n, words=70):
    """Return a paragraph that is like no other."""
    chosen = [WORDS[(n * 7 + i * (n % 5 + 1)) % len(WORDS)] for i in range(words)]
    return f"Paragraph{n} " + " ".join(chosen) + f" end{n}."


class Book(fpdf.FPDF):
    """A book with a running head and page numbers."""

    def header(self):
        """Set the running head."""
        self.set_font("Times", size=9)
        self.cell(0, 6, "THE FENCE AND OTHER STORIES", align="C", new_x="LMARGIN", new_y="NEXT")
        self.ln(6)

    def footer(self):
        """Set the page's number."""
        self.set_y(-15)
        self.set_font("Times", size=9)
        self.cell(0, 6, str(self.page_no()), align="C")


def book(columns=1, *, outline=True, large=True):
    made = Book(format=(148, 210))
    made.set_title("The Fence")
    made.set_author("A. Person")
    n = 0
    for chapter in ("One Windy Night", "The Field", "Peace"):
        made.add_page()
        if outline:
            made.start_section(chapter)
        made.set_font("Times", "B", 18 if large else 11)
        made.cell(0, 12, chapter, new_x="LMARGIN", new_y="NEXT")
        made.ln(4)
        made.set_font("Times", size=10)
        paragraphs = [prose(n + i) for i in range(9)]
        n += 9
        if columns == 1:
            for text in paragraphs:
                made.multi_cell(0, 5, "    " + text, align="J", new_x="LMARGIN", new_y="NEXT")
        else:
            with made.text_columns(ncols=columns, gutter=8, text_align="L") as area:
                for text in paragraphs:
                    area.write(text + "\n\n")
    return bytes(made.output())


def words(story):
    return [w for c in story.chapters for b in c.blocks for w in b.text.split()]


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("outline", [True, False])
def test_every_word_comes_once_and_in_order(tmp_path, columns, outline):
    """Over columns and pages, without running heads and page numbers."""
    path = tmp_path / "a.pdf"
    path.write_bytes(book(columns, outline=outline))
    story = read_story(path)
    assert [c.title for c in story.chapters] == ["One Windy Night", "The Field", "Peace"]
    assert words(story) == [w for n in range(27) for w in prose(n).split()]
    assert (story.title, story.author) == ("The Fence", "A. Person")
    counts = dict(story.omitted)
    assert counts["running heads"] == counts["page numbers"] >= 3


def test_paragraphs_go_on_over_pages(tmp_path):
    """A paragraph is one, wherever its page ends."""
    path = tmp_path / "a.pdf"
    path.write_bytes(book())
    blocks = [b.text for c in read_story(path).chapters for b in c.blocks]
    assert blocks == [prose(n) for n in range(27)]


def test_words_divided_at_line_ends_are_one_again(tmp_path):
    """The hyphen of a line's end is no letter of the word."""
    made = fpdf.FPDF()
    made.add_page()
    made.set_font("Times", size=12)
    lines = (
        *("The wind blew round the neigh-", "bour's house all night, and the well-known"),
        *("fence lay in the field by the morn-", "ing, where it had wanted to be."),
    )
    for line in lines:
        made.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    path = tmp_path / "a.pdf"
    path.write_bytes(bytes(made.output()))
    (block,) = read_story(path).chapters[0].blocks
    assert block.text == (
        "The wind blew round the neighbour's house all night, and the well-known fence lay in the "
        "field by the morning, where it had wanted to be."
    )


def test_scanned_pages_are_recognised(tmp_path):
    """Pages that are pictures are refused with what to do."""
    from PIL import Image

    made = fpdf.FPDF()
    for shade in (200, 220):
        made.add_page()
        made.image(Image.new("L", (400, 600), shade), 0, 0, 200)
    path = tmp_path / "scan.pdf"
    path.write_bytes(bytes(made.output()))
    with pytest.raises(StoryError, match=r"no text.*ocrmypdf"):
        read_story(path)


def test_a_locked_pdf_is_refused(tmp_path):
    """A password is said to be the reason."""
    made = fpdf.FPDF()
    made.add_page()
    made.set_font("Times", size=12)
    made.cell(0, 6, "The wind blew.")
    made.set_encryption(owner_password="a", user_password="b")
    path = tmp_path / "locked.pdf"
    path.write_bytes(bytes(made.output()))
    with pytest.raises(StoryError, match="locked with a password"):
        read_story(path)


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n", b"The wind blew.", b"%PDF-1.4\n" + b"\0" * 999]
)
def test_what_is_no_pdf_gets_one_line(tmp_path, data):
    """Damage is a line."""
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with pytest.raises(StoryError, match=r"^a\.pdf is no PDF, or it is damaged"):
        read_story(path)


def test_a_cut_pdf_is_refused(tmp_path):
    """Without its end a file has no pages."""
    data = book()
    path = tmp_path / "a.pdf"
    for share in (0.3, 0.9):
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(StoryError, match="damaged"):
            read_story(path)


def test_a_pdf_without_its_library_says_how_to_get_it(monkeypatch):
    """The extra is named with its command."""
    monkeypatch.setattr(reader.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(StoryError, match=r"pip install 'kuibook\[pdf\]'"):
        reader.read_pdf(b"%PDF-", "a.pdf")


def page(lines, height=600.0):
    """Return a page of (left, top, text) as the program finds it."""
    runs = [[x, y - 8, x + 5 * len(text), y, text] for x, y, text in lines]
    return {"height": height, "runs": runs}


def found(*pages, outline=()):
    return {"facts": {}, "outline": list(outline), "pages": list(pages)}


def test_columns_are_told_from_rows_of_one_baseline():
    """Lines side by side belong to their columns, and a title over both comes first."""
    left = [(50.0, 500.0 - 12 * i, f"left{i} is a line") for i in range(8)]
    right = [(250.0, 500.0 - 12 * i, f"right{i} is a line") for i in range(8)]
    mixed = [line for pair in zip(left, right, strict=True) for line in pair]
    story = story_of(
        found(page([(50.0, 540.0, "A title over both of the columns " * 2), *mixed])), "a"
    )
    text = " ".join(words(story))
    order = [text.index(name) for name in ("title", "left0", "left7", "right0", "right7")]
    assert order == sorted(order)


def test_runs_from_right_to_left_are_put_in_order():
    """In an Arabic row the run at the right comes first."""
    runs = [
        [100, 500, 140, 510, "الليل"],
        [150, 500, 200, 510, "طوال"],
        [210, 500, 260, 510, "هبت"],
    ]
    page_ = {"height": 600.0, "runs": [[*map(float, r[:4]), r[4] + " و و و و و"] for r in runs]}
    text = " ".join(words(story_of(found(page_), "a")))
    assert text.index("هبت") < text.index("طوال") < text.index("الليل")


def test_an_outline_names_chapters_that_the_page_does_not():
    """Where no line says an entry, the entry is the heading at its page."""
    pages = [page([(50.0, 500.0 - 12 * i, f"{w} goes on and on") for i in range(6)]) for w in "abc"]
    outline = [[0, "First", 0], [0, "Second", 1], [1, "Deeper", 2]]
    story = story_of(found(*pages, outline=outline), "a")
    assert [c.title for c in story.chapters] == ["First", "Second"]
    assert json.dumps([b.level for b in story.chapters[1].blocks]) == "[0, 1, 0]"


def test_chapter_lines_count_without_outline_and_type():
    """A PDF of one size of type is read as plain text is."""
    text = textwrap.wrap(" ".join(prose(n) for n in range(2)), 60)
    lines = ["Chapter 1", *text, "Chapter 2", *text]
    rows, y = [], 560.0
    for line in lines:
        y -= 30.0 if line.startswith("Chapter") else 12.0
        rows.append((50.0, y, line))
        y -= 18.0 if line.startswith("Chapter") else 0.0
    story = story_of(found(page(rows)), "a")
    assert [c.title for c in story.chapters] == ["Chapter 1", "Chapter 2"]
