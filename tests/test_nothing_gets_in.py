"""Whatever a story, a book.toml or a folder of a stranger holds, it stays what it is: text.

SECURITY.md says what is promised; these are the promises that cross rooms. Those of one room are
tested with it.
"""

import dataclasses
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import webvtt
from editions import LENGTH_S, make_edition, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.id3 import ID3
from readback import audiobook, command, environment

from audiobook import ffmpeg
from audiobook.build.artwork import Artwork
from audiobook.cli.options import Asked, desk_of
from audiobook.cli.terminal import visible
from audiobook.errors import AudiobookError, ExportError, FFmpegError
from audiobook.export.cues import cues_of
from audiobook.export.edition import ReleaseSettings
from audiobook.export.files import write_whole
from audiobook.export.formats import FORMATS
from audiobook.export.names import safe_name, unique_names
from audiobook.export.reportfile import load_report
from audiobook.segments import NARRATOR, SegmentKind
from audiobook.store import Store
from audiobook.story import open_project
from audiobook.story.model import Block, BlockKind

# What breaks out of one format or another where it is written as it stands.
SHARP = [
    *("-->", "]]>", "<!--", "</title>", "<script>alert(1)</script>", '"><img src=x>', "&amp;", "&"),
    *("\n", "\r\n", "\n\n", "\n00:00:01.000 --> 00:00:02.000\n", "\n#EXTINF:1,x\nhttp://x/\n"),
    *("[00:01.00]", "\\", "';", "{\\an8}", "\x00", "\x1b[2J", "\x9b31m", "\x7f", "\ud800"),
    *("\udfff", "\u202e", "\u2028", "\ufeff", "../", "/etc/passwd", "C:\\", "%d", "$(id)"),
    *("`id`", "|", "=;#"),
]
HOSTILE = st.lists(st.one_of(st.sampled_from(SHARP), st.text(max_size=6)), max_size=8).map("".join)
STORY = "# One\n\nShe came.\n\n## Here\n\nHe left.\n\n# Two\n\nThe end.\n"
LISTED = ("subtitles", "audiobookshelf", "playlist", "w3c", "podcast", "mp3")
BASE = "https://example.org/book"


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    folder = tmp_path_factory.mktemp("edition")
    made = make_edition(Store(folder / "store"), STORY, tone(folder / "tone.mp3"))
    return dataclasses.replace(made, settings=ReleaseSettings(base_url=BASE))


def said_by(edition, title, text):
    """Return an edition with a title everywhere, and a text in the place of each sentence."""
    names = unique_names([title, title])
    blocks = (Block(BlockKind.PARAGRAPH, text, 1),)
    chapters = tuple(
        dataclasses.replace(
            chapter,
            title=title,
            file_title=title,
            name=f"{number:02} {name}",
            story=dataclasses.replace(chapter.story, title=title, blocks=blocks),
            segments=tuple(spoken(s, title, text) for s in chapter.segments),
        )
        for number, (chapter, name) in enumerate(zip(edition.chapters, names, strict=True), 1)
    )
    facts = dict.fromkeys(("title", "album", "author", "narrator", "publisher", "series"), title)
    tags = dataclasses.replace(edition.tags, **facts, description=text)
    return dataclasses.replace(edition, tags=tags, name=safe_name(title), chapters=chapters)


def spoken(segment, speaker, text):
    """Return a segment that says a text, each of its words one piece of it."""
    pieces = text.split() or ["x"]
    words = [
        dataclasses.replace(word, written=pieces[i % len(pieces)])
        for i, word in enumerate(segment.words)
    ]
    written = " ".join(word.written for word in words)
    speaker = NARRATOR if segment.kind == SegmentKind.TITLE else speaker
    return dataclasses.replace(segment, speaker=speaker, text=written, words=tuple(words))


class Page(HTMLParser):
    """The names of a page's elements."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, _attributes):
        """Note the element."""
        self.tags.append(tag)


def one_line(text):
    return " ".join(text.encode("utf-8", "replace").decode().split())


def holds(folder, edition, title):
    """Read every file as its readers do; each has as many parts as it would with plain titles."""
    listed = (folder / f"{edition.name}.m3u8").read_text("utf-8").split("\n")
    assert [x for x in listed if x and x[0] != "#"] == [
        f"chapters/{c.name}.mp3" for c in edition.chapters
    ]
    for chapter in edition.chapters:
        subtitles = folder / "subtitles" / chapter.name
        n_cues = len(cues_of(chapter.passages, round(LENGTH_S * 1000), is_cast=True))
        captions = webvtt.read(f"{subtitles}.vtt").captions
        assert len(captions) == n_cues
        shown = "".join(re.sub("^<v [^<>]*>", "", c.raw_text) for c in captions)
        assert not re.search("<|>|&(?!amp;|lt;|gt;)", shown)
        times = re.findall(r"^\d\d:\d\d:\d\d,\d{3} --> ", _text(f"{subtitles}.srt"), re.MULTILINE)
        assert len(times) == n_cues
        lines = _text(folder / "chapters" / f"{chapter.name}.lrc").removesuffix("\n").split("\n")
        assert all(line.startswith("[") for line in lines)
        marks = json.loads(_text(folder / "podcast" / f"{chapter.name}.json"))
        assert [len(m) for m in marks["chapters"]] == [2] * (1 + len(chapter.sections))
        tags = ID3(folder / "chapters" / f"{chapter.name}.mp3")
        found = "".join(text for frame in tags.getall("TIT2") for text in frame.text)
        assert one_line(found) == one_line(title.replace("\0", " "))
    feed = ET.parse(folder / "podcast.xml").getroot()
    assert [e.tag for e in feed.iter("item")] == ["item"] * len(edition.chapters)
    assert {e.tag for e in feed.find("channel") if "}" not in e.tag} == {
        *("title", "link", "description", "language", "item")
    }
    page = _text(folder / "contents.html")
    assert not {"script", "img"} & set(Page(page).tags)
    assert Page(page).tags.count("title") == 1
    for name in ("publication.json", "chapters/metadata.json"):
        json.loads(_text(folder / name))


def _text(path):
    return Path(path).read_bytes().decode("utf-8")


@settings(max_examples=20)
@given(HOSTILE, HOSTILE)
def test_nothing_breaks_out_of_its_place(edition, title, text):
    """Any title, speaker and text in tags, lists, feeds, pages and subtitles: they stay text."""
    hostile = said_by(edition, title, text)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "out"
        for name in ("mp3", *(f for f in LISTED if f != "mp3")):
            for output in FORMATS[name].outputs(hostile):
                target = folder / output.name
                assert target.resolve().is_relative_to(folder.resolve())
                if not output.name.endswith((".lpf",)):
                    output.write(target)
        holds(folder, hostile, title)
        assert os.listdir(place) == ["out"]  # noqa: PTH208


@given(HOSTILE)
def test_nothing_that_is_printed_steers_the_terminal(text):
    """What is shown has no control character, and JSON says the same as before."""
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", visible(text))
    data = json.dumps([text], ensure_ascii=False)
    assert json.loads(visible(data)) == [text]


ESCAPES = ["\x1b]0;owned\x07", "\x1b[2J", "\x9b31m"]
SECRET = "".join(ESCAPES)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build a book whose every word comes from an enemy, on a terminal; return folder and screen.

    YAML and TOML have escapes of their own for what no text file may hold.
    """
    folder = tmp_path_factory.mktemp("enemy")
    escaped = SECRET.replace("\x1b", "\\e").replace("\x07", "\\a").replace("\x9b", "\\x9b")
    (folder / "story.md").write_text(
        f'---\ntitle: "../../{escaped}"\nauthor: "{escaped}"\n---\n\n# -i.mp3\n\nShe came.\n',
        "utf-8",
    )
    toml = json.dumps(SECRET).replace("\x9b", "\\u009b")
    (folder / "book.toml").write_text(f"narrator_name = {toml}\nseries = {toml}\n", "utf-8")
    options = ["build", ".", "-o", "out", "--voice", "tone:hum", "--music", "none", "--why"]
    return folder, on_terminal(folder, *options, "--format", "mp3,book")


def on_terminal(folder, *arguments):
    """Run the program on a terminal of its own; return all that it sends there."""
    pid, screen = pty.fork()
    if pid == 0:  # pragma: no cover
        os.chdir(folder)
        os.execve(sys.executable, command(*arguments), environment(folder / "cache"))
    seen = b""
    while True:
        try:
            part = os.read(screen, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(screen)
    os.waitpid(pid, 0)
    return seen.decode("utf-8", "replace")


def test_no_escape_sequence_of_a_story_reaches_the_terminal(built):
    """While a build is shown live, in what lists and locates, and in errors."""
    folder, screen = built
    screens = [
        screen,
        on_terminal(folder, "chapters", "."),
        on_terminal(folder, "locate", "out", "0:01"),
        on_terminal(folder, "chapters", SECRET),
    ]
    assert "../../]0;owned" in screens[1]
    assert "\\u001b]0;owned" in screens[3]
    for seen in screens:
        assert "Traceback" not in seen
        assert not any(escape in seen for escape in ESCAPES)


def test_hostile_titles_are_built_inside_the_folder(built):
    """A whole build writes its files below its folder, and tags without control characters."""
    folder, _ = built
    assert {p.name for p in folder.iterdir()} == {"story.md", "book.toml", "out", "cache"}
    chapters = sorted((folder / "out" / "chapters").glob("*.mp3"))
    assert [p.name for p in chapters] == ["01 i.mp3.mp3"]
    tags = ID3(chapters[0])
    assert tags["TALB"].text == ["../../]0;owned[2J31m"]
    assert not re.search("[\x00-\x1f\x7f-\x9f]", "".join(map(str, tags.getall("TXXX"))))


def test_a_hostile_book_holds_what_is_checked_and_begins_anew(built):
    """`check` finds its tags as its report has them, and `new` writes a book that is read back."""
    folder, _ = built
    report = json.loads((folder / "out" / "build.json").read_text("utf-8"))
    assert [report["title"], report["narrator"]] == ["../../]0;owned[2J31m", "]0;owned[2J31m"]
    audiobook("check", "out", cache=folder / "cache", cwd=folder)
    halves = '---\ntitle: "a \\ud800 \\0 b"\n---\n\n# One\n\nShe came.\n'
    new = ["new", "-", "anew"]
    audiobook(*new, cache=folder / "cache", cwd=folder, input=halves)
    assert open_project(folder / "anew").book.title == "a ? \0 b"
    shutil.rmtree(folder / "anew")


def test_a_link_in_the_output_folder_is_not_followed(built, tmp_path):
    """A linked folder is refused in a line, a linked file replaced; what they lead to stays."""
    folder, _ = built
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious").write_text("mine", "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / "chapters").symlink_to(other)
    options = ["build", folder, "-o", out, "--voice", "tone:hum", "--music", "none"]
    _, error = audiobook(*options, cache=folder / "cache", cwd=tmp_path, status=1)
    assert error.splitlines()[-1].startswith(f"Error: {out / 'chapters'} is a link to another")
    assert [p.name for p in other.iterdir()] == ["precious"]
    for name in ("book.txt", ".book.txt.part"):
        (out / name).symlink_to(other / "precious")
    write_whole(out / "book.txt", b"new")
    assert (out / "book.txt").read_bytes() == b"new"
    assert not (out / "book.txt").is_symlink()
    assert (other / "precious").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["../../secret.mp3", "/etc/passwd", "chapters/../../x", "a\0b"])
@pytest.mark.parametrize("where", ["files", "chapter", "stems", "sample"])
def test_a_report_that_names_files_elsewhere_is_refused(tmp_path, name, where):
    """A folder from a stranger leads `check` and `locate` to no file outside of it."""
    chapter = {"file": "a.mp3", "stems": {"speech": "a.flac", "music": None}}
    report = {"version": 1, "chapters": [chapter], "files": ["a.mp3"], "sample": None}
    path = tmp_path / "build.json"
    path.write_text(json.dumps(report), "utf-8")
    load_report(path)
    holder, key = {
        "files": (report["files"], 0),
        "chapter": (chapter, "file"),
        "stems": (chapter["stems"], "music"),
        "sample": (report, "sample"),
    }[where]
    holder[key] = {"file": name} if where == "sample" else name
    path.write_text(json.dumps(report), "utf-8")
    with pytest.raises(ExportError, match="outside of its folder"):
        load_report(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no file without an end")
@pytest.mark.parametrize(
    "toml",
    [
        'cover = "/dev/zero"',
        'lexicons = ["/dev/zero"]',
        'story = "/dev/zero"',
        '[music]\nfiles = ["/dev/zero"]',
        '[music]\npalette = "endless.toml"',
        '[[chapter]]\nnumber = 1\naudio = "/dev/zero"',
    ],
)
def test_a_file_without_an_end_is_refused(tmp_path, store, toml):
    """A device in the place of a picture, a lexicon, music or a recording is no file."""
    (tmp_path / "endless.toml").symlink_to("/dev/zero")
    (tmp_path / "story.md").write_text("# One\n\nShe came.\n", "utf-8")
    (tmp_path / "book.toml").write_text(toml, "utf-8")
    asked = Asked(str(tmp_path), out=str(tmp_path / "out"), voice="tone:hum")
    with pytest.raises(AudiobookError, match=r"no file|is not there|neither a palette") as caught:
        Artwork(desk_of(asked).plan(), store).check()
    assert "\n" not in str(caught.value)


def test_a_container_gives_its_sound_and_nothing_else(tmp_path, sine):
    """What is attached to a Matroska film stays there; DASH, and lists in memory, are no sound."""
    song, film = tmp_path / "song.flac", tmp_path / "film.mkv"
    ffmpeg.encode([sine(440, 0.5)], song)
    attach = ["-attach", str(song), "-metadata:s:t", "mimetype=text/plain"]
    write = [ffmpeg.executable(), "-v", "error", "-i", str(song), *attach, "-y", str(film)]
    subprocess.run(write, check=True)
    assert len(ffmpeg.decode(film)) == 22_050
    mpd = (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT1S"><Period><AdaptationSet><Representation id="0" '
        f'mimeType="audio/flac"><BaseURL>{song.name}</BaseURL></Representation>'
        "</AdaptationSet></Period></MPD>"
    )
    (tmp_path / "list.mpd").write_text(mpd, "utf-8")
    with pytest.raises(FFmpegError):
        ffmpeg.decode(tmp_path / "list.mpd")
    for text in (mpd, f"ffconcat version 1.0\nfile '{song}'\n", f"#EXTM3U\n#EXTINF:1,\n{song}\n"):
        with pytest.raises(FFmpegError):
            ffmpeg.decode_bytes(text.encode(), sample_rate=24_000)


# Runs before anything of the program's own, in every process of a build.
NO_NETWORK = """
import os, sys
def forbid(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"):
        if event == "socket.getaddrinfo" or isinstance(arguments[1], tuple):  # a path is local
            with open(os.environ["TRIED"], "a") as file:
                file.write(f"{event} {arguments[-1]}\\n")
            raise PermissionError("the network is forbidden")
sys.addaudithook(forbid)
"""
COMMANDS = [
    ["new", "story.md", "book"],
    ["chapters", "book"],
    ["segments", "book"],
    ["cast", "book"],
    ["lexicon", "check", "book", "--voice", "espeak:en-us"],
    [
        *("build", "book", "-o", "out", "--voice", "tone:hum", "--cast", "auto"),
        *("--music", "none", "--format", "mp3,subtitles,epub,w3c"),
    ],
    ["locate", "out", "0:02"],
    ["check", "out"],
    ["voices"],
    ["music", "celtic", "--seconds", "1", "-o", "a.wav"],
    ["cache", "info"],
    ["doctor"],
]
RUN = """
import json, sys
from audiobook.cli import app
for words in json.loads(sys.argv[1]):
    print(words)
    app.main(words, standalone_mode=False)
"""
ASK = "from gtts import gTTS; gTTS('Hello.', lang_check=False).save('hello.mp3')"


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory):
    """Return a way to run commands in which no process can reach the network."""
    folder = tmp_path_factory.mktemp("cut_off")
    (folder / "hook").mkdir()
    (folder / "hook" / "sitecustomize.py").write_text(NO_NETWORK, "utf-8")
    (folder / "story.md").write_text(
        '# One\n\n"I came," said Ann.\n\n# Two\n\nShe left.\n', "utf-8"
    )

    def run(code, *arguments):
        tried = folder / "tried"
        tried.unlink(missing_ok=True)
        hook = {"PYTHONPATH": str(folder / "hook"), "TRIED": str(tried)}
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env={**environment(folder / "cache"), **hook},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done, tried.read_text("utf-8") if tried.exists() else ""

    return run


def test_nothing_but_gtts_uses_the_network(cut_off):
    """With the network forbidden in every process, a book is built, looked at and checked."""
    done, tried = cut_off(RUN, json.dumps(COMMANDS))
    assert done.returncode == 0, done.stdout + done.stderr
    assert tried == ""


def test_who_uses_the_network_is_noticed(cut_off):
    """The same watch stops the library of the one engine that asks it."""
    done, tried = cut_off(ASK)
    assert done.returncode == 1
    assert tried.startswith("socket.")
