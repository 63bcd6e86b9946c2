"""An edition in, a podcast of its chapters out: the feed, and the chapter marks of each episode.

The feed says where things will be published (``--base-url``): upload the whole folder there. Its
episodes are the chapter files, in order, with the read-along text of the subtitles.

References
----------
.. [1] RSS 2.0; Apple's podcast RSS feed requirements; the Podcasting 2.0 namespace: guid, medium,
   chapters (JSON 1.2.0), transcript.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from audiobook.errors import ExportError
from audiobook.export.edition import CHAPTERS, Edition, EditionChapter, Output, ReleaseSettings
from audiobook.export.files import write_whole
from audiobook.export.identity import book_urn
from audiobook.export.xmltext import clean

__all__ = ["check_settings", "feed"]

FEED = "podcast.xml"
FOLDER = "podcast"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
ATOM = "http://www.w3.org/2005/Atom"
# The namespace that podcast:guid is a UUID version 5 in; the name is the feed's URL bare of scheme.
GUID_NAMESPACE = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
SPACING = timedelta(days=1)  # between episodes, so that players that sort by date keep the order


def check_settings(settings: ReleaseSettings) -> None:
    """Make sure that the feed can say where it will be.

    Raises
    ------
    ExportError
        If there is no address, or it is none.
    """
    example = "e.g. --base-url https://example.org/my-book/"
    if not settings.base_url:
        raise ExportError(f"a podcast has to say where it will be published; {example}")
    parts = urlsplit(settings.base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ExportError(f'base URL "{settings.base_url}" is no address of a folder; {example}')


def feed(edition: Edition) -> Iterator[Output]:
    """Make the feed, and the marks of each episode."""
    for chapter in edition.chapters:
        yield Output(
            _marks_name(chapter),
            [edition.facts, chapter.fingerprint],
            partial(_write_marks, chapter),
            chapter=chapter.number,
        )

    def write(target: Path) -> None:
        document = _document(edition, target.parent)
        ET.indent(document)
        text = ET.tostring(document, encoding="utf-8", xml_declaration=True)
        write_whole(target, text + b"\n")

    made_of = [edition.facts, edition.settings.base_url, [c.fingerprint for c in edition.chapters]]
    yield Output(FEED, made_of, write)


def _write_marks(chapter: EditionChapter, target: Path) -> None:
    """Write an episode's chapters: its own title, and its sections."""
    marks = [(0.0, chapter.title), *((m.start_s, m.title) for m in chapter.sections)]
    listed = [{"startTime": round(start_s, 3), "title": title} for start_s, title in marks]
    document = {"version": "1.2.0", "title": chapter.title, "chapters": listed}
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    write_whole(target, text.encode("utf-8", "replace"))


def _document(edition: Edition, folder: Path) -> ET.Element:
    for prefix, uri in (("itunes", ITUNES), ("podcast", PODCAST), ("atom", ATOM)):
        ET.register_namespace(prefix, uri)
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    tags, base = edition.tags, _base(edition)
    _add(channel, "title", tags.title)
    _add(channel, "link", base)
    _add(channel, "description", tags.description or tags.title)
    _add(channel, "language", tags.language or "und")
    ET.SubElement(
        channel, f"{{{ATOM}}}link", href=base + FEED, rel="self", type="application/rss+xml"
    )
    _add(channel, f"{{{ITUNES}}}author", tags.author or tags.title)
    _add(channel, f"{{{ITUNES}}}type", "serial")
    _add(channel, f"{{{ITUNES}}}explicit", "false")
    ET.SubElement(channel, f"{{{ITUNES}}}image", href=f"{base}{CHAPTERS}/cover.jpg")
    category = ET.SubElement(channel, f"{{{ITUNES}}}category", text="Arts")
    ET.SubElement(category, f"{{{ITUNES}}}category", text="Books")
    _add(channel, f"{{{PODCAST}}}guid", _guid(base))
    _add(channel, f"{{{PODCAST}}}medium", "audiobook")
    for number, chapter in enumerate(edition.chapters, start=1):
        moment = edition.modified + SPACING * (number - 1)
        duration_s = edition.clock[number - 1].duration_s
        _episode(channel, edition, chapter, number, moment, duration_s, folder)
    return root


def _episode(
    channel: ET.Element,
    edition: Edition,
    chapter: EditionChapter,
    number: int,
    moment: datetime,
    duration_s: float,
    folder: Path,
) -> None:
    base = _base(edition)
    name = f"{CHAPTERS}/{chapter.name}.mp3"
    item = ET.SubElement(channel, "item")
    _add(item, "title", chapter.title)
    # What the episode is, not how it sounds: a new take is no new episode.
    same = [c for c in edition.chapters if c.title == chapter.title]
    title = quote(chapter.title, errors="replace")
    guid = f"{book_urn(edition.tags)}/{same.index(chapter) + 1}/{title}"
    ET.SubElement(item, "guid", isPermaLink="false").text = clean(guid)
    _add(item, "pubDate", format_datetime(moment))
    ET.SubElement(
        item, "enclosure", url=_url(base, name), length=str(_size(folder / name)), type="audio/mpeg"
    )
    _add(item, f"{{{ITUNES}}}duration", str(round(duration_s)))
    _add(item, f"{{{ITUNES}}}episode", str(number))
    _add(item, f"{{{ITUNES}}}explicit", "false")
    ET.SubElement(
        item,
        f"{{{PODCAST}}}chapters",
        url=_url(base, _marks_name(chapter)),
        type="application/json+chapters",
    )
    ET.SubElement(
        item,
        f"{{{PODCAST}}}transcript",
        url=_url(base, f"subtitles/{chapter.name}.vtt"),
        type="text/vtt",
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise ExportError(
            f"{path}: an episode of the podcast is not there; build again without --chapter"
        ) from error


def _guid(base: str) -> str:
    return str(uuid5(GUID_NAMESPACE, (base + FEED).partition("://")[2].rstrip("/")))


def _base(edition: Edition) -> str:
    return edition.settings.base_url.rstrip("/") + "/"


def _url(base: str, name: str) -> str:
    return base + quote(name)


def _marks_name(chapter: EditionChapter) -> str:
    return f"{FOLDER}/{chapter.name}.json"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean(text)
