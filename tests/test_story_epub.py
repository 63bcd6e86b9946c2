"""EPUB: chapters as the table of contents and the headings name them, and what is no story."""

import pytest
from epubs import CONTAINER, NCX_ITEM, left, ncx, one, package, packed, page, story, texts

from audiobook.story.book import Book, ChapterSettings, Read
from audiobook.story.epub import read_epub
from audiobook.story.model import BlockKind
from audiobook.story.source import completed, readmitted

P = "<p>Some words of the story.</p>"


def titles(found):
    return [chapter.title for chapter in found.chapters]


def test_the_spine_is_the_order_and_headings_are_not_said_twice():
    """Documents are read in the spine's order; a heading that is the title is no text as well."""
    found = story(
        {"b.xhtml": f"<h1>The Wolf</h1>{P}", "a.xhtml": f"<h1>The Fox</h1>{P}"},
        [("The Fox", "a.xhtml"), ("THE WOLF", "b.xhtml")],
    )
    assert titles(found) == ["The Wolf", "The Fox"]
    assert [[b.text for b in c.blocks] for c in found.chapters] == [
        ["Some words of the story."]
    ] * 2
    assert all(chapter.title_is_written for chapter in found.chapters)


def test_epub_2_is_read_by_its_ncx_and_guide():
    """NCX names chapters, guide says what is no story, roles choose the author."""
    files = {
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": package(
            ["c.html", "one.html", "two.html"],
            version="2.0",
            items=NCX_ITEM,
            toc=' toc="ncx"',
            guide='<guide><reference type="copyright-page" href="c.html"/></guide>',
            metadata="<dc:title>Old</dc:title><dc:language>de</dc:language>"
            '<dc:creator opf:role="ill">P. Ainter</dc:creator>'
            '<dc:creator opf:role="aut">A. Writer</dc:creator>'
            '<dc:date opf:event="modification">2020-01-01</dc:date>'
            '<dc:date opf:event="publication">1999</dc:date>'
            '<meta name="calibre:series" content="Steppe"/>'
            '<meta name="calibre:series_index" content="2.0"/>',
        ),
        "OPS/toc.ncx": ncx([("One", "one.html"), ("Two", "two.html")]),
        "OPS/c.html": page("<p>Nobody may copy.</p>"),
        "OPS/one.html": page(P),
        "OPS/two.html": page(P),
    }
    found = read_epub(packed(files), "old.epub")
    assert titles(found) == ["One", "Two"]
    assert (found.author, found.date, found.series) == ("A. Writer", "1999", "Steppe #2")
    assert left(found) == [("copyright", "Copyright")]


def test_one_document_holds_several_chapters_and_one_chapter_several_documents():
    """Fragments begin chapters; a document that the contents do not name goes on with the last."""
    found = story(
        {
            "a.xhtml": f'<h2 id="x">First</h2>{P}<div id="y"><h2>Second</h2>{P}</div>',
            "b.xhtml": "<p>Second goes on.</p>",
            "c.xhtml": f"<h2>Third</h2>{P}",
        },
        [("First", "a.xhtml#x"), ("Second", "a.xhtml#y"), ("Third", "c.xhtml")],
    )
    assert titles(found) == ["First", "Second", "Third"]
    assert found.chapters[1].blocks[-1].text == "Second goes on."


def test_a_document_that_the_contents_forget_is_a_chapter_if_it_has_a_heading():
    """Nothing is lost because a table of contents has gaps."""
    found = story(
        {f"{n}.xhtml": f"<h1>Chapter {n}</h1>{P}" for n in range(1, 5)},
        [("Chapter 1", "1.xhtml"), ("Chapter 4", "4.xhtml")],
    )
    assert titles(found) == ["Chapter 1", "Chapter 2", "Chapter 3", "Chapter 4"]


@pytest.mark.parametrize("lines", [None, [], [("Start", "1.xhtml")], [("Gone", "gone.xhtml")]])
def test_without_a_table_of_contents_headings_name_the_chapters(lines):
    """A contents that is missing, empty or leads nowhere does no harm."""
    found = story({f"{n}.xhtml": f"<h2>Chapter {n}</h2>{P}" for n in range(1, 4)}, lines)
    assert titles(found) == ["Chapter 1", "Chapter 2", "Chapter 3"]


def test_nested_contents_are_parts_with_chapters_or_chapters_with_sections():
    """A part's title goes with its first chapter; a chapter's sections are headings in it."""
    found = story(
        {
            "p1.xhtml": "<h1>Part One</h1>",
            "1.xhtml": f'<h2>Chapter 1</h2>{P}<h3 id="s">At Dawn</h3>{P}<p id="t">At Dusk</p>{P}',
            "2.xhtml": f"<h2>Chapter 2</h2>{P}",
        },
        [
            (
                "Part One",
                "p1.xhtml",
                [
                    (
                        "Chapter 1",
                        "1.xhtml",
                        [("At Dawn", "1.xhtml#s"), ("At Dusk", "1.xhtml#t")],
                    ),
                    ("Chapter 2", "2.xhtml"),
                ],
            )
        ],
    )
    assert titles(found) == ["Part One. Chapter 1", "Chapter 2"]
    headings = [b.text for b in found.chapters[0].blocks if b.kind is BlockKind.HEADING]
    assert headings == ["At Dawn", "At Dusk"]


@pytest.mark.parametrize(
    ("listed", "heading", "title"),
    [
        ("I: The Storm", "<hgroup><h2>I</h2><p>The Storm</p></hgroup>", "I: The Storm"),
        ("The Storm", "<h2>Chapter 1</h2><h2>The Storm</h2>", "Chapter 1. The Storm"),
        ("Chapter 1: The Storm", "<h2>The Storm</h2>", "Chapter 1: The Storm"),
        ("Chapter 1", "<h2>The Storm</h2>", "Chapter 1. The Storm"),
        ("Chapter 1", "<h2>Chapter 1<br/>The Storm</h2>", "Chapter 1. The Storm"),
        ("index_split_000", "<h2>The Storm</h2>", "The Storm"),
        ("The Storm", '<p class="t">THE STORM</p>', "The Storm"),
        ("The Storm", "", "The Storm"),
        ("Chapter 1", '<h2><img src="1.png" alt="Chapter One"/></h2>', "Chapter 1. Chapter One"),
    ],
)
def test_titles_of_the_contents_are_matched_with_headings(listed, heading, title):
    """Of title and heading the fuller one counts, and neither is read twice."""
    found = story(
        {"a.xhtml": heading + P, "b.xhtml": f"<h2>Other</h2>{P}"},
        [(listed, "a.xhtml"), ("Other", "b.xhtml")],
    )
    assert titles(found) == [title, "Other"]
    assert [b.text for b in found.chapters[0].blocks] == ["Some words of the story."]


FRONT = {
    "cover.xhtml": ("<p>Cover</p>", 'epub:type="cover"'),
    "imprint.xhtml": ("<h2>Imprint</h2><p>Made somewhere.</p>", 'epub:type="imprint"'),
    "for.xhtml": ("<p>For my mother.</p>", 'epub:type="dedication"'),
    "one.xhtml": (f"<h2>One</h2>{P}", ""),
    "thanks.xhtml": ("<h2>Thanks</h2><p>To all.</p>", 'epub:type="acknowledgments"'),
    "index.xhtml": ("<h2>Names</h2><p>Anna, 7</p>", 'role="doc-index"'),
}


def front(**more):
    pages = {name: page(body, attributes=kind) for name, (body, kind) in FRONT.items()}
    return story(pages, [("One", "one.xhtml")], **more)


def test_what_is_no_story_is_left_out_with_its_reason():
    """Types and roles decide; a dedication is read."""
    found = front()
    assert titles(found) == ["For my mother", "One"]
    assert left(found) == [
        ("cover", "Cover"),
        ("copyright", "Imprint"),
        ("acknowledgments", "Thanks"),
        ("index", "Names"),
    ]
    assert [part.after for part in found.left_out] == [0, 0, 2, 2]
    assert all(part.reason for part in found.left_out)


def test_what_is_left_out_can_be_asked_for():
    """By kind, by title, or with a chapter's entry; it then stands where it stood."""
    found = front()
    by_kind = readmitted(found, Book(read=Read(parts="acknowledgments")))
    by_entry = readmitted(found, Book(chapters=(ChapterSettings(title="Thanks", skip=False),)))
    assert titles(by_kind) == titles(by_entry) == ["For my mother", "One", "Thanks"]
    assert len(by_kind.left_out) == 3
    everything = readmitted(found, Book(read=Read(parts="all")))
    assert everything.left_out == ()
    assert len(everything.chapters) == 6


def test_titles_and_words_tell_what_nothing_marks():
    """Conservatively: a chapter may be called "Notes" if it tells a story."""
    found = story(
        {
            "c.xhtml": "<p>Copyright © 2001 A. Writer. All rights reserved. ISBN 1.</p>",
            "t.xhtml": "<h1>Contents</h1><ul><li><a href='1.xhtml'>One</a></li></ul>",
            "1.xhtml": f"<h1>One</h1>{P}",
            "n.xhtml": f"<h1>Notes</h1>{P}<p>He wrote them at night, and hid them well.</p>",
            "i.xhtml": "<h1>Index</h1><p>Anna, 7</p><p>Bread, 9</p>",
        },
        [("Contents", "t.xhtml"), ("One", "1.xhtml"), ("Notes", "n.xhtml"), ("Index", "i.xhtml")],
    )
    assert titles(found) == ["One", "Notes"]
    assert [kind for kind, _ in left(found)] == ["copyright", "contents", "index"]


def test_a_story_that_calls_itself_a_cover_is_read():
    """A mark that cannot be meant is not believed."""
    long = "<p>" + "word " * 4000 + "</p>"
    found = story({"a.xhtml": page(long, attributes='epub:type="cover"')}, [("A", "a.xhtml")])
    assert found.chapters[0].n_words == 4000


def test_the_distributor_s_licence_is_left_out():
    """Project Gutenberg's frame around a text is not read."""
    body = (
        "<p>The eBook of</p><p>*** START OF THE PROJECT GUTENBERG EBOOK X ***</p>"
        f"<h2>One</h2>{P}<p>*** END OF THE PROJECT GUTENBERG EBOOK X ***</p><p>Terms.</p>"
    )
    found = story({"a.xhtml": body}, None)
    assert titles(found) == ["One"]
    assert found.chapters[0].n_words == 5
    assert [kind for kind, _ in left(found)] == ["licence", "licence"]


def test_a_gutenberg_book_begins_with_its_first_chapter():
    """Title, byline and a linked list of contents before it are no chapters."""
    rows = "".join(f'<tr><td><a href="#c{n}">Chapter {n}</a></td><td>It</td></tr>' for n in (1, 2))
    chapters = "".join(f'<h2><a id="c{n}"/>Chapter {n}<br/>It</h2>{P}' for n in (1, 2))
    found = story(
        {
            "a.xhtml": '<h1 id="t">The Book</h1><h2 id="by">by Mary Shelley</h2>'
            f'<h2 id="c">Contents</h2><table>{rows}</table>{chapters}'
        },
        [
            (
                "The Book",
                "a.xhtml#t",
                [
                    ("by Mary Shelley", "a.xhtml#by"),
                    ("Contents", "a.xhtml#c"),
                    ("Chapter 1. It", "a.xhtml#c1"),
                    ("Chapter 2. It", "a.xhtml#c2"),
                ],
            )
        ],
    )
    assert titles(found) == ["Chapter 1. It", "Chapter 2. It"]
    assert {kind for kind, _ in left(found)} == {"title page", "contents"}


def test_notes_and_their_marks_are_left_out():
    """Marked or not: what a raised number leads to is a note, wherever it stands."""
    body = (
        '<p>One<a epub:type="noteref" href="#n1">1</a> and two<sup><a href="n.xhtml#n2">2</a></sup>'
        ' and <a href="#x">a link</a>.</p><aside epub:type="footnote" id="n1"><p>First.</p></aside>'
    )
    found = story(
        {"a.xhtml": body, "n.xhtml": '<h2>Notes</h2><ol><li id="n2"><p>Second.</p></li></ol>'},
        [("A", "a.xhtml")],
    )
    assert [b.text for b in found.chapters[0].blocks] == ["One and two and a link."]
    assert [kind for kind, _ in left(found)] == ["notes", "notes"]
    assert dict(found.omitted)["note references"] == 2


def test_what_a_note_leads_back_to_is_story():
    """Only the first of two links that lead to each other leads to a note."""
    found = story(
        {
            "a.xhtml": '<p>He went<sup id="r"><a href="#f">1</a></sup> home.</p>'
            '<p id="f">See there <a href="#r">[1]</a></p>'
        },
        [("A", "a.xhtml")],
    )
    assert [b.text for b in found.chapters[0].blocks] == ["He went home."]
    assert found.left_out[0].chapter.blocks[0].text.startswith("See there")


def test_missing_and_foreign_pages_are_told(tmp_path):
    """A document that is not there is a note, not a silence."""
    found = story(
        {"a.xhtml": P}, [("A", "a.xhtml")], spine='<itemref idref="d0"/><itemref idref="z"/>'
    )
    assert found.notes == (
        "book.epub: z is named in the order of reading and is not in the file; its text is missing",
    )


def test_what_the_package_says_completes_the_book():
    """The user's own words win over the source's."""
    found = story(
        {"a.xhtml": P},
        metadata="<dc:title>T</dc:title><dc:publisher>House</dc:publisher>"
        "<dc:description>&lt;p&gt;A tale.&lt;/p&gt;</dc:description><dc:date>2012-02-30</dc:date>",
    )
    book = completed(Book(publisher="Mine"), found)
    assert (book.publisher, book.description, book.date) == ("Mine", "A tale.", "2012")


def test_pages_without_headings_or_contents_are_divided_as_a_text_is():
    """Chapter lines count in a book that has nothing else."""
    body = f"<p>Chapter 1</p>{P}<p>Chapter 2</p>{P}"
    assert titles(story({"a.xhtml": body}, None)) == ["Chapter 1", "Chapter 2"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<p>a <span epub:type="pagebreak">17</span>b</p>', ["a b"]),
        ('<p>a <span class="pagenum">[Pg 17]</span> b</p>', ["a b"]),
        ("<p>a<span hidden='hidden'>x</span> <b style='display: none'>y</b> b</p>", ["a b"]),
        ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字</p>", ["漢字"]),
        ("<p>co&#173;operate, Mrs.&nbsp;Hall &mdash; x</p>", ["cooperate, Mrs. Hall — x"]),
        ('<p><span class="drop">O</span>nce <span class="sc">upon</span></p>', ["Once upon"]),
        ('<p><img src="o.png" alt="O"/>nce</p><img src="x.png" alt="A dog"/>', ["Once"]),
        ("<table><tr><th>Year</th><th>Who</th></tr><tr><td>1900</td><td>Anna.</td></tr></table>",
         ["Year, Who", "1900, Anna."]),
        ("<table><tr><td><p>One.</p><p>Two.</p></td></tr></table>", ["One.", "Two."]),
        ("<table><tr><td><div>a</div>b</td><td>c</td></tr></table>", ["a b, c"]),
        ("<ul><li>1</li><li><p>2</p><ol><li>3</li></ol></li></ul>", ["1", "2", "3"]),
        ("<p>a</p><pre><code>x = 1</code></pre><p>b</p>", ["a", "b"]),
        ("<p>a</p><p>* * *</p><hr/><p>b</p>", ["a", "", "b"]),
        ("<p>Line one<br/>line two</p>", ["Line one\nline two"]),
        ('<div class="poem"><p>One</p><p>Two</p></div><p>c</p>', ["One\nTwo", "c"]),
        ("<p>x<sup>2</sup> the 1<sup>st</sup></p>", ["x2 the 1st"]),
        ("<p>bare text</p>tail text<div>more</div>", ["bare text", "tail text", "more"]),
    ],
)  # fmt: skip
def test_what_of_a_page_is_read(body, expected):
    """Each default is what a listener wants."""
    assert texts(body) == expected


@pytest.mark.parametrize(
    ("read", "body", "expected"),
    [
        (Read(ruby="reading"), "<p><ruby>漢<rt>かん</rt></ruby>字</p>", ["かん字"]),
        (Read(tables=False), "<p>a</p><table><tr><td>b</td><td>c</td></tr></table>", ["a"]),
        (Read(captions=False), "<p>a</p><figcaption>b</figcaption>", ["a"]),
        (Read(pictures=True), '<p>a</p><p><img alt="A dog"/></p>', ["a", "A dog"]),
        (Read(code=True), "<p>a</p><pre><code>x = 1</code></pre>", ["a", "x = 1"]),
    ],
)
def test_tastes_can_be_set(read, body, expected):
    """Where tastes differ, book.toml has a key."""
    assert texts(body, read=read) == expected


def test_emphasis_keeps_its_place():
    """Words that stand out do so in the text as it is read."""
    block = one("<p>  She <em>did <b>not</b></em>\n go.</p>")[0]
    assert [(block.text[s.start : s.end], s.kind) for s in block.spans] == [
        ("did not", "emphasis"),
        ("not", "strong"),
    ]


def test_emphasis_stays_with_its_paragraph():
    """Where a page divides paragraphs by empty lines, each has its own."""
    first, second = one("<p>a <em>b</em> c<br/><br/>d <em>e</em></p>")
    assert [first.text[s.start : s.end] for s in first.spans] == ["b"]
    assert [second.text[s.start : s.end] for s in second.spans] == ["e"]


def test_words_that_say_how_they_sound_are_said_so():
    """PLS and ssml:ph go into the story's lexicon, X-SAMPA as IPA."""
    pls = (
        '<lexicon xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="x-sampa" '
        'xml:lang="en"><lexeme><grapheme>Joyza</grapheme><phoneme>"dZOIz@</phoneme></lexeme>'
        "<lexeme><grapheme>Anna</grapheme><alias>Ahna</alias></lexeme></lexicon>"
    )
    found = story(
        {"a.xhtml": '<p>Joyza met <span ssml:ph="ˈlodʒi">Łodzi</span>.</p>'},
        items='<item id="l" href="l.pls" media-type="application/pls+xml"/>',
        extra={"OPS/l.pls": pls},
    )
    assert found.lexicon["Joyza"].ipa == "ˈdʒɔɪzə"
    assert found.lexicon["Łodzi"].ipa == "ˈlodʒi"
    assert found.lexicon["Anna"].say == "Ahna"
