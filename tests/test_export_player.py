"""The page that plays a book: its data is the story on the clock, and nothing else runs."""

import base64
import hashlib
import io
import json
import re
import tracemalloc
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from editions import EVERYTHING, FACTS, LENGTH_S, make_edition, tone
from hypothesis import given
from hypothesis import strategies as st
from readback import decoded

from audiobook.audio import SAMPLE_RATE
from audiobook.errors import ExportError
from audiobook.export import player
from audiobook.export.formats import FORMATS
from audiobook.export.join import join
from audiobook.export.player import index_page, single_page, writer
from audiobook.export.player.data import element
from audiobook.export.player.labels import interface_words
from audiobook.export.player.page import SCRIPTS, STYLES
from audiobook.speech.timing import makes_sound
from audiobook.store import Store

HERE = Path(player.__file__).parent
MAX_BYTES = 60_000
KINDS = {"heading": "heading", "paragraph": "p", "verse": "verse", "scene_break": "break"}
NASTY = (
    "</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)> -->",
    "\u2028\u2029 \"'`${alert(1)} {{style}} {{data}} &lt; &amp; ]]> \\u003c \\",
)


class Page(HTMLParser):
    """A page as a browser takes it apart: its elements, and the text of each script and style."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.inside, self.texts = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Open an element."""
        self.elements.append((tag, dict(attrs), []))
        self.inside.append(self.elements[-1])

    def handle_endtag(self, tag):
        """Close an element, and those in it that need no end."""
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, data):
        """Take text."""
        if self.inside:
            self.inside[-1][2].append(data)

    def all(self, tag, **wanted):
        """Return attributes and text of the elements that have these attributes."""
        found = ((a, "".join(text)) for t, a, text in self.elements if t == tag)
        return [(a, text) for a, text in found if wanted.items() <= a.items()]

    def data(self, name):
        """Return the data of a script element."""
        ((_, text),) = self.all("script", id=name)
        return json.loads(text)

    @property
    def chapters(self):
        """Return the blocks of each chapter."""
        n_chapters = len(self.data("book")["chapters"])
        return [self.data(f"text-{i}") for i in range(n_chapters)]


def write(edition, folder, make=index_page):
    (output,) = make(edition)
    output.write(folder / output.name)
    return (folder / output.name).read_text("utf-8")


def text_of(piece):
    """Return what is read in a piece."""
    text = piece if isinstance(piece, str) else piece[0]
    return text if isinstance(text, str) else "".join(run for run, _ in text)


def pieces_of(blocks):
    return [piece for block in blocks for s in block.get("s", ()) for piece in s["w"]]


def block_text(block):
    return "".join(map(text_of, pieces_of([block])))


def words_of(blocks):
    """Return each word with when it is said."""
    timed = [p for p in pieces_of(blocks) if not isinstance(p, str) and p[1] is not None]
    return [(text_of(p), p[1], p[2]) for p in timed]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return tone(tmp_path_factory.mktemp("sound") / "tone.mp3")


@pytest.fixture(scope="module")
def edition(tmp_path_factory, sound):
    store = Store(tmp_path_factory.mktemp("store"))
    return make_edition(store, EVERYTHING, sound, language="en", **FACTS)


@pytest.fixture(scope="module")
def text(edition, tmp_path_factory):
    return write(edition, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def opened(text):
    return Page(text)


@pytest.fixture
def make(tmp_path, sound):
    """Make an edition of a text: ``make("# One", language="ru")``."""

    def made(story, **more):
        return make_edition(Store(tmp_path / "store"), story, sound, **more)

    return made


def test_every_block_is_there_once_and_in_order(edition, opened):
    """Titles, headings, verse with its lines, scene breaks and what is not said: to the letter."""
    for chapter, blocks in zip(edition.chapters, opened.chapters, strict=True):
        assert (blocks[0]["k"], block_text(blocks[0])) == ("title", chapter.title)
        found = [(block["k"], block_text(block)) for block in blocks[1:]]
        assert found == [(KINDS[b.kind], b.text) for b in chapter.story.blocks]


def test_every_word_has_its_time_once_and_in_order(edition, opened):
    """The words are those that are said, and sound when the clock says, to the millisecond."""
    for chapter, blocks in zip(edition.chapters, opened.chapters, strict=True):
        told = [w for passage in chapter.passages for w in passage.words if makes_sound(w.text)]
        said = [(w.text, round(w.start_s * 1000), round(w.end_s * 1000)) for w in told]
        assert words_of(blocks) == said
        sentences = [s for block in blocks for s in block.get("s", ()) if "a" in s]
        assert [(s["a"], s["z"]) for s in sentences] == [
            (round(p.start_s * 1000), round(p.end_s * 1000)) for p in chapter.passages
        ]
        assert all(s["x"] == 1 for s in sentences)


def test_estimates_are_not_called_exact(make, tmp_path):
    """Where the engine said no times the words have estimates, and the sentence says so."""
    blocks = Page(write(make("# One\n\nIt was dark.\n", exact=False), tmp_path)).chapters[0]
    assert [word for word, *_ in words_of(blocks)] == ["One", "It", "was", "dark."]
    assert not any("x" in s for block in blocks for s in block["s"])


def test_emphasis_is_kept_inside_words_too(make, tmp_path):
    """What stands out does so to the letter, and a word stays one word."""
    story = "# One\n\n*Never*, he ***said***, *un*happy. Yes *— no* and **so**.\n"
    blocks = Page(write(make(story), tmp_path)).chapters[0]
    (_, paragraph) = blocks
    assert block_text(paragraph) == "Never, he said, unhappy. Yes — no and so."
    pieces = {text_of(p): p for p in pieces_of([paragraph])}
    assert pieces["Never,"][0] == [["Never", "em"], [",", ""]]
    assert pieces["said,"][0] == [["said", "em strong"], [",", ""]]
    assert pieces["unhappy."][0] == [["un", "em"], ["happy.", ""]]
    assert pieces["— "][1:] == [None, None, "em"]
    assert pieces["no"][3] == "em"
    assert len(words_of([paragraph])) == 8


def test_what_is_printed_and_not_read_has_no_time(make, tmp_path):
    """It stands in its place, and nothing is lit for it."""
    story = "# One\n\nIt was dark.\n\n{unread}\nA picture.\n\nIt was light.\n"
    blocks = Page(write(make(story), tmp_path)).chapters[0]
    assert [block_text(b) for b in blocks[1:]] == ["It was dark.", "A picture.", "It was light."]
    assert blocks[2]["s"] == [{"w": ["A picture."]}]


def test_a_long_opening_bears_a_large_letter(make, tmp_path):
    """Only a chapter's first paragraph, if it is long enough, in a script that has capitals."""
    long = "It was a dark and stormy night over the steppe. " * 5
    story = (
        f"# One\n\n{long}\n\n{long}\n\n# Two\n\nShort.\n\n{long}\n\n# 三\n\n{'夜が明けた。' * 40}\n"
    )
    chapters = Page(write(make(story), tmp_path)).chapters
    assert [[b.get("o", 0) for b in blocks[1:]] for blocks in chapters] == [[1, 0], [0, 0], [0]]


def test_a_derived_title_is_no_text(make, tmp_path):
    """A title made of the first words is in the list of chapters, and not before them once more."""
    opened = Page(write(make("It was late. He went.\n"), tmp_path))
    assert [block["k"] for block in opened.chapters[0]] == ["p"]
    (chapter,) = opened.data("book")["chapters"]
    assert (chapter["title"], chapter["written"]) == ("It was late", 0)


def test_speakers_are_numbered_as_they_come(make, tmp_path):
    """The narrator is nobody; a line names who says it, through all chapters."""
    edition = make('# One\n\n"Hey!" he said.\n\n# Two\n\n"Hey!" she said.\n')
    first, second = edition.chapters
    named = [
        replace(
            c,
            segments=tuple(replace(s, speaker=name) if s.text[0] == '"' else s for s in c.segments),
        )
        for c, name in ((first, "Anna"), (second, "<Bela>"))
    ]
    opened = Page(write(replace(edition, chapters=tuple(named)), tmp_path))
    assert opened.data("book")["speakers"] == ["", "Anna", "<Bela>"]
    voices = [
        [s.get("v", 0) for b in blocks for s in b["s"] if "a" in s] for blocks in opened.chapters
    ]
    assert voices == [[0, 1], [0, 2]]


def test_chapters_say_where_their_sound_is(edition, opened):
    """Files by their relative address, lengths and sections by their clock; stems only if asked."""
    book = opened.data("book")
    for chapter, told in zip(edition.chapters, book["chapters"], strict=True):
        assert unquote(told["file"]) == f"chapters/{chapter.name}.mp3"
        assert told["duration_ms"] == round(LENGTH_S * 1000)
        starts = [round(mark.start_s * 1000) for mark in chapter.sections]
        assert [start_ms for _, start_ms in told["sections"]] == starts
        assert (told["speech"], told["music"]) == (None, None)
    assert [title for title, _ in book["chapters"][0]["sections"]] == [
        "Down the Slope",
        "Deeper",
        "Up the Hill",
    ]


def test_stems_are_named_where_they_are_written(edition, tmp_path):
    """A chapter with music names speech and music, one without has nothing to balance."""
    first, *others = edition.chapters
    sung = (replace(first, has_music=True), *others)
    opened = Page(write(replace(edition, chapters=sung, with_stems=frozenset((1, 2))), tmp_path))
    one, two, *_ = opened.data("book")["chapters"]
    assert unquote(one["speech"]) == f"stems/{first.name}.speech.flac"
    assert unquote(one["music"]) == f"stems/{first.name}.music.flac"
    assert (two["speech"], two["music"]) == (None, None)


def test_credits_are_heard_and_not_read(make, tmp_path):
    """A chapter of credits has its place and its sound, and no text."""
    edition = make("# One\n\nIt was dark.\n")
    (chapter,) = edition.chapters
    opening = replace(chapter, story=replace(chapter.story, title_is_written=False, blocks=()))
    credit = replace(
        opening, number=0, segments=(), voices=(), is_credit=True, key=silent(edition, chapter)
    )
    whole = replace(edition, chapters=(credit, chapter), finished=frozenset((0, 1)))
    opened = Page(write(whole, tmp_path))
    assert opened.chapters[0] == []
    assert [c["number"] for c in opened.data("book")["chapters"]] == [0, 1]


def silent(edition, chapter):
    """Put a chapter without words into the store."""
    with chapter.sound() as sound:
        chapter.store.put("chapter", "5" * 64, {"placed": []}, sound.read())
    return "5" * 64


@pytest.mark.parametrize("nasty", NASTY)
def test_hostile_text_stays_text(make, tmp_path, nasty):
    """Wherever words come from, no element, comment or hole of the template is made of them."""
    edition = make("# One\n\nIt was dark.\n", title=nasty, author=nasty, narrator=nasty)
    (chapter,) = edition.chapters
    blocks = tuple(replace(b, text=nasty) for b in chapter.story.blocks)
    hostile = replace(
        chapter, title=nasty, story=replace(chapter.story, title=nasty, blocks=blocks)
    )
    said = (" ".join(nasty.split()), nasty.strip())
    segments = [replace(s, text=t, words=()) for s, t in zip(chapter.segments, said, strict=True)]
    key = "6" * 64
    with chapter.sound() as sound:
        placed = [[0, 1000, []] for _ in segments]
        chapter.store.put("chapter", key, {"placed": placed}, sound.read())
    hostile = replace(hostile, segments=tuple(segments), key=key)
    opened = Page(write(replace(edition, chapters=(hostile,)), tmp_path))
    plain = Page(write(edition, tmp_path))
    assert [tag for tag, *_ in opened.elements] == [tag for tag, *_ in plain.elements]
    book, line = opened.data("book"), " ".join(nasty.split())
    assert (book["title"], book["author"], book["narrator"]) == (line, nasty, nasty)
    assert [block_text(b) for b in opened.chapters[0]] == [line, nasty.strip()]
    assert opened.all("h1")[0][1] == opened.all("title")[0][1] == line
    assert not {name for _, attrs, _ in opened.elements for name in attrs if name.startswith("on")}


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_no_data_leaves_its_element(words):
    """Any text comes back as it was, and a parser sees one script and nothing else."""
    written = element("x", [words])
    page = Page(written)
    assert page.data("x") == [words]
    assert [tag for tag, *_ in page.elements] == ["script"]
    inside = written[written.index(">") + 1 : written.rindex("</")]
    assert not re.search("[<>&\x00-\x1f\x7f\u2028\u2029]", inside)


@pytest.mark.parametrize("kind", [index_page, single_page])
def test_the_policy_lets_one_script_and_one_style_run(edition, tmp_path, kind):
    """Their hashes are in the policy; nothing else runs, loads or is sent anywhere."""
    text = write(edition, tmp_path, kind)
    opened = Page(text)
    ((meta, _),) = opened.all("meta", **{"http-equiv": "Content-Security-Policy"})
    policy = dict(rule.split(" ", 1) for rule in meta["content"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    ((_, style),) = opened.all("style")
    (script,) = [code for attrs, code in opened.all("script") if "type" not in attrs]
    assert policy["style-src"] == f"'{hashed(style)}'"
    assert policy["script-src"] == f"'{hashed(script)}'"
    assert "http" not in "".join(policy.values())
    assert not re.findall(r"""(?:src|href|url\()=?["']?(?:https?:)?//""", text)
    assert not [a for _, a, _ in opened.elements if "style" in a]
    assert all(attrs.get("method") == "dialog" for attrs, _ in opened.all("form"))
    assert "innerHTML" not in script


def hashed(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_script_and_style_are_all_of_their_files(opened):
    """Every file is joined once, none is long, and none can end its element early."""
    sheets = {path.stem: path.read_text("utf-8") for path in (HERE / "style").glob("*.css")}
    files = {path.stem: path.read_text("utf-8") for path in (HERE / "script").glob("*.js")}
    assert sorted(STYLES) == sorted(sheets)
    assert sorted(SCRIPTS) == sorted(files)
    for name, code in [*sheets.items(), *files.items()]:
        assert code.count("\n") < 300, name
        assert not re.search("</s(cript|tyle)|<!--", code), name
    for name, code in files.items():
        assert all(line.count("`") % 2 == 0 for line in code.splitlines()), f"{name}: long text"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_is_small(make, tmp_path, language):
    """Without the book's own data it has less than 60,000 bytes, in two-byte letters as well."""
    text = write(make("# One\n\nIt.\n", language=language), tmp_path)
    page = re.sub(r'<script type="application/json".*?</script>\n', "", text)
    assert len(page.encode()) < MAX_BYTES


def test_the_same_edition_gives_the_same_page(edition, text, tmp_path):
    """A second time gives the bytes; what changes the page changes what it is made of."""
    assert write(edition, tmp_path) == text
    (output,) = index_page(edition)
    others = [
        replace(edition, with_stems=frozenset((1,))),
        replace(edition, tags=replace(edition.tags, narrator="Another")),
        replace(edition, finished=frozenset((1,))),
        replace(edition, chapters=edition.chapters[1:]),
    ]
    for other in others:
        (changed,) = index_page(other)
        assert changed.made_of != output.made_of
    assert json.dumps(output.made_of)


def test_a_page_of_some_chapters_has_those(edition, tmp_path):
    """Before the whole book is made the page plays what there is."""
    opened = Page(write(replace(edition, finished=frozenset((2,))), tmp_path))
    assert [c["number"] for c in opened.data("book")["chapters"]] == [2]
    (output,) = index_page(edition)
    assert output.is_partial
    assert output.name == "index.html"


@pytest.mark.parametrize(
    ("language", "direction", "vertical", "labels"),
    [
        ("ar-EG", "rtl", False, "en"),
        ("he", "rtl", False, "en"),
        ("ja", "ltr", True, "en"),
        ("zh-Hant-TW", "ltr", True, "en"),
        ("zh-Hans", "ltr", False, "en"),
        ("pt_BR", "ltr", False, "pt"),
        ("kk", "ltr", False, "kk"),
        ("", "ltr", False, "en"),
    ],
)
def test_languages_run_their_way(make, tmp_path, language, direction, vertical, labels):
    """The page has the book's language and direction, the controls their own language."""
    opened = Page(write(make("# One\n\nIt.\n", language=language), tmp_path))
    ((root, _),) = opened.all("html")
    tag = language.replace("_", "-") or "und"
    assert (root["lang"], root["dir"]) == (tag, direction)
    book = opened.data("book")
    assert (book["language"], book["direction"], book["vertical"]) == (tag, direction, vertical)
    assert opened.all("nav")[0][0]["lang"] == labels
    assert book["labels"] == interface_words(labels)
    assert opened.all("button", id="play")[0][0]["aria-label"] == interface_words(labels)["play"]


def test_every_word_that_is_asked_for_is_there(opened):
    """Template and script name no word that the table lacks, and the table none that is idle."""
    words = set(interface_words("en"))
    template = set(re.findall(r"\{\{label\.([\w-]+)\}\}", (HERE / "page.html").read_text("utf-8")))
    template |= {"minutes", "no-script-play"}  # put in by the writer
    code = "\n".join(path.read_text("utf-8") for path in (HERE / "script").glob("*.js"))
    called = set(re.findall(r"""label\(\s*['"]([\w-]+)['"]""", code))
    assert template | called <= words
    idle = {w for w in words - template - called if f"'{w}'" not in code}
    assert idle == set()


def test_no_hole_is_left_open(text):
    """Everything that the template and the style ask for has been filled in."""
    page = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"\{\{[\w.-]+\}\}", page)


def test_ids_are_unique_and_labels_point_at_controls(opened):
    """Each control has a name that is read out, from a label, its text, or an attribute."""
    ids = [attrs["id"] for _, attrs, _ in opened.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    labelled = {attrs["for"] for attrs, _ in opened.all("label") if "for" in attrs} | {"rate"}
    controls = [a for tag in ("input", "select") for a, _ in opened.all(tag)]
    assert all(a["id"] in labelled or a.get("aria-label") for a in controls)
    assert labelled <= set(ids)
    assert all(a.get("aria-label") or text.strip() for a, text in opened.all("button"))
    for attrs, _ in opened.all("dialog"):
        assert attrs["aria-labelledby"] in ids


def test_the_chapters_play_without_a_script(edition, opened):
    """Where no script runs a list plays every file."""
    told = [unquote(attrs["src"]) for attrs, _ in opened.all("audio")]
    assert told == [f"chapters/{chapter.name}.mp3" for chapter in edition.chapters]
    assert "@media (scripting:none)" in opened.all("style")[0][1]


def test_a_single_page_has_the_sound_inside(edition, tmp_path):
    """Its chapters decode to the sound, its picture is the cover, and it names no file."""
    text = write(edition, tmp_path, single_page)
    opened = Page(text)
    told = opened.data("book")["chapters"]
    assert [c["file"] for c in told] == [f"#audio-{i}" for i in range(len(edition.chapters))]
    ((_, sound),) = opened.all("script", id="audio-1")
    (tmp_path / "a.mp3").write_bytes(base64.b64decode(sound, validate=True))
    assert len(decoded(tmp_path / "a.mp3")) == LENGTH_S * SAMPLE_RATE
    ((cover, _),) = opened.all("img")
    assert base64.b64decode(cover["src"].partition(",")[2]) == edition.picture()
    assert "chapters/" not in text
    assert opened.all("audio") == []
    assert interface_words("en")["no-script-play"] not in text.partition("<script")[0]
    assert text.index('id="text-0"') < text.index("<script>") < text.index('id="audio-0"')


def test_a_book_called_index_leaves_the_other_page_alone(edition):
    """The two pages never share a name, on no file system."""
    (output,) = single_page(replace(edition, name="Index"))
    assert output.name == "Index (with sound).html"
    (output,) = single_page(edition)
    assert output.name == f"{edition.name}.html"


def test_a_single_page_that_is_too_large_is_refused(edition, tmp_path, monkeypatch):
    """One line says how large it would be and what to do; nothing is left behind."""
    monkeypatch.setattr(writer, "MAX_SINGLE_MB", 0.1)
    with pytest.raises(ExportError, match=r"\.html: would be 0.[1-9] MB .*--format player") as told:
        write(edition, tmp_path, single_page)
    assert "\n" not in str(told.value)
    assert list(tmp_path.glob("*.html")) == []


def test_a_novel_is_refused_before_it_is_read(edition):
    """What is too long at any speed costs nobody hours; a story that may fit is tried."""
    entry = FORMATS["player-single"]
    entry.check_edition(edition)
    chapter = edition.chapters[0]
    novel = replace(edition, chapters=(replace(chapter, segments=chapter.segments * 1000),))
    with pytest.raises(ExportError, match=r"would be at least [0-9.]+ MB"):
        entry.check_edition(novel)
    FORMATS["player"].check_edition(novel)


def test_a_long_book_takes_no_more_memory(make, tmp_path):
    """Chapters pass through one at a time, and their sound in pieces of a megabyte."""
    paragraph = "It was day. Then it was night, and nobody had seen the well. " * 8
    edition = make("".join(f"# Chapter {n}\n\n{paragraph}\n\n" for n in range(60)))
    long = lengthened(edition.chapters[0], times=500)
    edition = replace(edition, chapters=(long, *edition.chapters[1:]))
    _ = edition.clock
    (output,) = single_page(edition)
    tracemalloc.start()
    output.write(tmp_path / output.name)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / output.name).stat().st_size > 20_000_000
    assert peak_bytes < 11_000_000


def lengthened(chapter, times):
    """Return a chapter whose sound is many times as long, under a key of its own."""
    joined, key = io.BytesIO(), "7" * 64
    join([chapter.sound] * times, joined)
    chapter.store.put("chapter", key, chapter.description, joined.getvalue())
    return replace(chapter, key=key)
