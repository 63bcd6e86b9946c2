"""Playlist, W3C Audiobook, podcast and library metadata, read as those who use them read them."""

import json
import re
import uuid
import zipfile
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from mutagen.id3 import ID3
from mutagen.mp3 import MP3
from readback import audiobook_here

from audiobook.export.identity import hashed_uuid
from audiobook.export.xmltext import clean

STORY = """---
title: "Wolf & Fox: <b>\\"Ночь\\"</b> 🐺"
author: A. Shepherd & Sons
language: en
---

# One: the &lt;Road>

The wolf ran. It was late.

## A "Well" & a Way

He drank, and slept.

# Two/Three?

A fox came by. Nobody saw her.

# One: the &lt;Road>

The end of it.
"""
BOOK = """
narrator_name = "A Humming Machine"
date = "2024-05-01"
publisher = "Дала"
description = "Two animals & a road."
series = "Steppe Tales"
"""
BASE = "https://example.org/books/wolf"
FORMATS = "mp3,audiobookshelf,playlist,w3c,podcast"
TITLES = ["One: the <Road>", "Two/Three?", "One: the <Road>"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Build the story once, in every format that lists the chapters."""
    place = tmp_path_factory.mktemp("feeds")
    (place / "story.md").write_text(STORY, "utf-8")
    (place / "book.toml").write_text(BOOK, "utf-8")
    options = ["--voice", "tone:hum", "-o", "out", "--format", FORMATS, "--base-url", BASE]
    audiobook_here("build", ".", *options, cache=place / "cache", cwd=place)
    return place / "out"


@pytest.fixture(scope="module")
def files(folder):
    return sorted((folder / "chapters").glob("*.mp3"))


@pytest.fixture(scope="module")
def manifest(folder):
    return json.loads((folder / "publication.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def channel(folder):
    return ET.parse(folder / "podcast.xml").getroot().find("channel")


def test_the_playlist_names_every_chapter_and_its_length(folder, files):
    """Each entry is a file that is there, and as long as it says."""
    (playlist,) = folder.glob("*.m3u8")
    lines = playlist.read_text("utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    entries = list(zip(lines[-6::2], lines[-5::2], strict=True))
    for (about, name), path, title in zip(entries, files, TITLES, strict=True):
        seconds, told = re.fullmatch(r"#EXTINF:([\d.]+),(.*)", about).groups()
        assert (folder / name) == path
        assert told == title
        assert float(seconds) == pytest.approx(MP3(path).info.length, abs=0.05)


def test_the_manifest_has_what_the_recommendation_requires(folder, manifest, files):
    """Required and recommended members are there; lengths add up; everything named is there."""
    assert manifest["@context"][:2] == ["https://schema.org", "https://www.w3.org/ns/pub-context"]
    assert manifest["conformsTo"] == "https://www.w3.org/TR/audiobooks/"
    assert manifest["type"] == "Audiobook"
    assert manifest["name"] == 'Wolf & Fox: <b>"Ночь"</b> 🐺'
    recommended = (
        *("abridged", "accessMode", "accessModeSufficient", "accessibilityFeature", "author"),
        *("accessibilityHazard", "accessibilitySummary", "dateModified", "datePublished", "id"),
        *("inLanguage", "readBy", "readingProgression", "resources", "url", "duration"),
    )
    assert not [name for name in recommended if name not in manifest]
    lengths = [_seconds(item["duration"]) for item in manifest["readingOrder"]]
    assert sum(lengths) == pytest.approx(_seconds(manifest["duration"]), abs=1e-6)
    for item, length_s, path in zip(manifest["readingOrder"], lengths, files, strict=True):
        assert folder / unquote(item["url"]) == path
        assert item["encodingFormat"] == "audio/mpeg"
        assert length_s == pytest.approx(MP3(path).info.length, abs=0.05)
    urls = [item["url"] for item in (*manifest["readingOrder"], *manifest["resources"])]
    assert len(set(urls)) == len(urls)
    assert {"cover", "contents"} == {rel for r in manifest["resources"] for rel in r["rel"]}
    assert all((folder / unquote(url)).is_file() for url in urls)


def test_the_contents_page_leads_to_chapters_and_sections(folder, files):
    """The table of contents is a doc-toc; titles stay text; places inside a file are fragments."""
    page = _Links()
    page.feed((folder / "contents.html").read_text("utf-8"))
    assert page.role == "doc-toc"
    assert [text for _, text in page.links] == [TITLES[0], 'A "Well" & a Way', *TITLES[1:]]
    hrefs = [href for href, _ in page.links]
    assert [folder / unquote(href.partition("#")[0]) for href in hrefs] == [
        *(files[0], files[0], files[1], files[2])
    ]
    report = json.loads((folder / "build.json").read_text("utf-8"))
    start_s = report["chapters"][0]["sections"][0]["start_s"]
    assert float(hrefs[1].partition("#t=")[2]) == pytest.approx(start_s, abs=0.001)


def test_the_package_holds_all_that_its_manifest_names(folder):
    """The .lpf is a sound ZIP with the manifest at its root and the audio stored as it is."""
    (package,) = folder.glob("*.lpf")
    with zipfile.ZipFile(package) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("publication.json"))
        names = {i.filename: i for i in archive.infolist()}
    for item in (*manifest["readingOrder"], *manifest["resources"]):
        entry = names[unquote(item["url"])]
        if item["encodingFormat"] != "text/html":
            assert entry.compress_type == zipfile.ZIP_STORED
    assert {i.date_time for i in names.values()} == {(2024, 5, 1, 0, 0, 0)}


def test_every_episode_of_the_feed_is_a_file_with_its_size(folder, channel, files):
    """Enclosures point below the base URL at files of just that length; the order is kept."""
    items = channel.findall("item")
    assert [item.findtext("title") for item in items] == TITLES
    for item, path in zip(items, files, strict=True):
        enclosure = item.find("enclosure")
        assert _local(folder, enclosure.get("url")) == path
        assert int(enclosure.get("length")) == path.stat().st_size
        assert enclosure.get("type") == "audio/mpeg"
    dates = [parsedate_to_datetime(item.findtext("pubDate")) for item in items]
    assert dates == sorted(set(dates))
    assert len({item.findtext("guid") for item in items}) == len(items)


def test_the_feed_says_what_directories_ask_for(folder, channel):
    """Apple's required channel tags and the Podcasting 2.0 ones are there; text stays text."""
    itunes, podcast = (
        "{http://www.itunes.com/dtds/podcast-1.0.dtd}",
        "{https://podcastindex.org/namespace/1.0}",
    )
    assert channel.findtext("title") == 'Wolf & Fox: <b>"Ночь"</b> 🐺'
    assert channel.findtext("language") == "en"
    assert channel.findtext(f"{itunes}author") == "A. Shepherd & Sons"
    assert channel.findtext(f"{itunes}explicit") == "false"
    assert channel.find(f"{itunes}category").get("text") == "Arts"
    assert _local(folder, channel.find(f"{itunes}image").get("href")).is_file()
    assert channel.findtext(f"{podcast}medium") == "audiobook"
    assert uuid.UUID(channel.findtext(f"{podcast}guid")).version == 5
    address = channel.find("item").find(f"{podcast}chapters").get("url")
    marks = json.loads(_local(folder, address).read_text("utf-8"))
    assert marks["version"] == "1.2.0"
    starts = [mark["startTime"] for mark in marks["chapters"]]
    assert starts == sorted(starts)
    assert [mark["title"] for mark in marks["chapters"]] == [TITLES[0], 'A "Well" & a Way']


def test_audiobookshelf_scans_the_folder_as_it_is_meant(folder, files):
    """Its scanner's rules, stated anew: who wins, what is required, where the cover is found."""
    metadata = json.loads((folder / "chapters" / "metadata.json").read_text("utf-8"))
    # One chapter without one of these drops the whole list.
    assert all(
        {"id", "start", "end", "title"} <= chapter.keys() for chapter in metadata["chapters"]
    )
    assert [c["title"] for c in metadata["chapters"]] == TITLES
    assert all(c["end"] - c["start"] > 0.1 for c in metadata["chapters"])
    assert metadata["authors"] == ["A. Shepherd & Sons"]
    assert metadata["narrators"] == ["A Humming Machine"]
    assert metadata["series"] == ["Steppe Tales"]
    assert (metadata["publishedYear"], metadata["language"]) == ("2024", "en")
    assert [p.name for p in (folder / "chapters").glob("cover.*")] == ["cover.jpg"]
    # Without the file it reads tags: composer is narrator, TRCK the order, TXXX series.
    for number, path in enumerate(files, start=1):
        tags = ID3(path)
        assert str(tags["TCOM"]) == "A Humming Machine"
        assert str(tags["TRCK"]) == f"{number}/3"
        assert str(tags["TXXX:series"]) == "Steppe Tales"
        assert str(tags["TPUB"]) == "Дала"


def test_a_chapters_file_shows_what_is_read(folder, files):
    """Its text is in the tags whole, and each sentence with the time the report gives it."""
    report = json.loads((folder / "build.json").read_text("utf-8"))
    for path, chapter in zip(files, report["chapters"], strict=True):
        tags = ID3(path)
        shown = " ".join(str(tags["USLT::eng"]).split())
        told = [s["text"] for s in chapter["segments"] if s["kind"] != "title"]
        assert shown == " ".join(told)
        lines = [(s["text"], round(s["start_s"] * 1000)) for s in chapter["segments"]]
        for (text, time_ms), (wanted, wanted_ms) in zip(tags["SYLT::eng"].text, lines, strict=True):
            assert text == wanted
            assert abs(time_ms - wanted_ms) <= 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["podcast"], "a podcast has to say where it will be published"),
        (["podcast", "--base-url", "my/folder"], '"my/folder" is no address of a folder'),
        (["podcast", "--base-url", "https://a.example/?x=1"], "is no address of a folder"),
    ],
)
def test_a_podcast_without_an_address_is_refused(tmp_path, options, message):
    """Nothing is spoken for a feed that could not say where its episodes are."""
    (tmp_path / "story.md").write_text("# One\n\nHe ran.\n", "utf-8")
    command = ["build", "story.md", "--voice", "tone:hum", "--format", *options]
    _, complaint = audiobook_here(*command, cache=tmp_path / "cache", cwd=tmp_path, status=1)
    assert message in complaint
    assert len(complaint.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_all_formats_leave_out_what_needs_an_address(tmp_path):
    """``--format all`` is every format that can be made with what was said."""
    (tmp_path / "story.md").write_text("# One\n\nHe ran.\n", "utf-8")
    command = ["build", "story.md", "--voice", "tone:hum", "--format", "all", "--dry-run", "--json"]
    printed, _ = audiobook_here(*command, cache=tmp_path / "cache", cwd=tmp_path)
    names = json.loads(printed)["write"]
    assert "publication.json" in names
    assert "podcast.xml" not in names


def test_identifiers_are_made_of_what_a_book_says():
    """Equal words give the same UUID, other words or another cut of them another one."""
    assert hashed_uuid("a", "b") == hashed_uuid("a", "b")
    assert hashed_uuid("a", "b") != hashed_uuid("ab", "")
    assert hashed_uuid("a").version == 8


def test_forbidden_characters_make_no_broken_document():
    """Whatever a title holds, what is written parses, and keeps all that XML can say."""
    every = "".join(map(chr, [*range(0x300), 0xD800, 0xFFFE, 0xFFFF, 0x1F43A]))
    element = ET.Element("title")
    element.text = clean(every)
    read = ET.fromstring(ET.tostring(element, encoding="utf-8"))
    assert read.text.endswith("🐺")
    assert "\x00" not in read.text


def _seconds(duration):
    return float(re.fullmatch(r"PT(\d+\.\d+)S", duration)[1])


def _local(folder, url):
    """Return the file that a URL of the feed points at."""
    assert url.startswith(BASE + "/")
    assert urlsplit(url).query == ""
    return folder / unquote(url.removeprefix(BASE + "/"))


class _Links(HTMLParser):
    """The links of a page, and the role of its navigation."""

    def __init__(self):
        super().__init__()
        self.links, self.role, self._href = [], "", None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "nav":
            self.role = given["role"]
        if tag == "a":
            self._href = given["href"]

    def handle_data(self, data):
        if self._href:
            self.links.append((self._href, data))
            self._href = None
