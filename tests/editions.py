"""Editions made by hand: any text, any title, one short tone for every chapter."""

import functools
import io
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from PIL import Image

from audiobook.audio import SAMPLE_RATE
from audiobook.export.clock import JoinedChapter
from audiobook.export.edition import Edition, EditionChapter, ReleaseSettings
from audiobook.export.id3 import Tags
from audiobook.export.names import safe_name
from audiobook.export.player import index_page
from audiobook.ffmpeg import encode_mp3
from audiobook.segments import segment_chapter
from audiobook.store import key_of
from audiobook.story.read import parse_story

LENGTH_S = 2.0
FIRST_S, LAST_S = 0.3, 1.8  # of speech
HOSTILE = "\"Q\" & 'q' ]]> <script>alert(1)</script> {x} 😀"

EVERYTHING = f"""
# The Old *Well*

"Who *dug* this well?" asked the girl. Her grandmother put the bucket down and looked for a long
time at the hills, until *the first **star** stood* over the road. 5 &lt; 6 &amp; 7 ]]&gt; 4.

She laughed — and so did he.

* * *

The rain was long,\\
*the night was old,*\\
the tale was told.

## Down the Slope

She walked until noon.

### Deeper

Hello.

## Up the Hill

—

"Have you seen water?" he called.

# {HOSTILE.replace("<", "&lt;").replace("*", "")}

It.

# البئر القديمة

من حفر هذه البئر؟ سألت الفتاة. وضعت جدتها الدلو ونظرت إلى التلال.

# 古い井戸

「誰がこの井戸を掘ったの？」と少女は聞いた。祖母は桶を置いて、丘の方を見た。
"""
FACTS = {
    "title": f"The Well: {HOSTILE}",
    "author": "A. <Nobody> & Sons",
    "narrator": "A Humming Machine",
    "publisher": "P & Co",
    "date": "2024-05-01",
    "series": "Steppe Tales #2",
    "description": "Two lines\nof it <b>&</b> more",
}


def tone(path):
    """Encode two seconds of a tone."""
    time_s = np.arange(round(LENGTH_S * SAMPLE_RATE)) / SAMPLE_RATE
    wave = 0.1 * np.sin(2 * np.pi * 440 * time_s)
    encode_mp3([np.stack([wave, wave], axis=1).astype(np.float32)], path)
    return path


@functools.cache
def picture():
    """Return a small red cover."""
    data = io.BytesIO()
    Image.new("RGB", (60, 90), "darkred").save(data, "JPEG")
    return data.getvalue()


def placed(segments, *, exact=True, last_s=LAST_S):
    """Spread a chapter's words evenly over its sound, as its description in the store has them."""
    step_s = (last_s - FIRST_S) / sum(len(s.words) + 1 for s in segments)
    now_s, found = FIRST_S, []
    for segment in segments:
        words = [
            [now_s + i * step_s, now_s + (i + 0.9) * step_s, int(exact)]
            for i in range(len(segment.words))
        ]
        end_s = now_s + len(words) * step_s
        found.append([round(now_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE), words])
        now_s = end_s + step_s
    return found


def make_edition(store, text, sound, *, sync="sentences", exact=True, language="en", **tags):
    """Make an edition of a Markdown text; ``tags`` are fields of `Tags`."""
    story = parse_story(text, "tale.md", is_markdown=True)
    width = max(2, len(str(len(story.chapters))))
    titles = enumerate([c.title for c in story.chapters], start=1)
    names = [f"{n:0{width}d} {safe_name(title)}" for n, title in titles]
    title = tags.pop("title", story.title or "A Tale")
    chapters = []
    for number, (chapter, name) in enumerate(zip(story.chapters, names, strict=True), start=1):
        segments = segment_chapter(chapter, language=language, lexicon={}, speak_title=True)
        key = key_of(["by hand", number, chapter.title, exact])
        store.put("chapter", key, {"placed": placed(segments, exact=exact)}, sound)
        voices = ("tone:hum",) * len(segments)
        chapters.append(
            EditionChapter(
                number, chapter.title, name, chapter, key, segments, voices, "", False, store
            )
        )
    numbers = frozenset(c.number for c in chapters)
    return Edition(
        tags=Tags(title, title, language=language, **tags),
        name=safe_name(title),
        chapters=tuple(chapters),
        finished=numbers,
        selected=numbers,
        profile="storybook",
        cover_key="",
        picture=picture,
        modified=datetime(2024, 5, 1, tzinfo=UTC),
        settings=ReleaseSettings(sync=sync),
    )


def make_long_edition(store, sound, *, n_chapters=60, n_words=3000, chapter_s=1200):
    """Make an edition as long as a novel, whose chapters differ in their titles and are said alike.

    Its clock is that of the long book, whatever sound is given.
    """
    n_paragraphs = n_words // 75
    text = "They went down to the river, where the old mill stood, and nobody spoke for a while. "
    paragraphs = [f"{n}. {text * 4}Then it was night." for n in range(n_paragraphs)]
    short = make_edition(store, "# Night 0\n\n" + "\n\n".join(paragraphs), sound, title="Long")
    (first,) = short.chapters
    key = key_of(["long", n_chapters, n_words, chapter_s])
    store.put("chapter", key, {"placed": placed(first.segments, last_s=chapter_s - 1)}, sound)
    chapters = []
    for number in range(1, n_chapters + 1):
        title = f"Night {number}"
        story = replace(first.story, title=title)
        heading = segment_chapter(
            replace(story, blocks=()), language="en", lexicon={}, speak_title=True
        )
        chapters.append(
            replace(
                first,
                number=number,
                title=title,
                name=f"{number:02} {title}",
                story=story,
                segments=(*heading, *first.segments[1:]),
                key=key,
            )
        )
    numbers = frozenset(range(1, n_chapters + 1))
    edition = replace(short, chapters=tuple(chapters), finished=numbers, selected=numbers)
    length = round(chapter_s * SAMPLE_RATE)
    clock = [JoinedChapter(0, length // 1152, length, SAMPLE_RATE, 1152)] * n_chapters
    vars(edition)["clock"] = clock
    return edition


def lay_out(edition, folder, sound):
    """Write an edition's page with what it plays and shows: ``sound`` for each chapter."""
    (output,) = index_page(edition)
    output.write(folder / output.name)
    chapters = folder / "chapters"
    chapters.mkdir()
    (chapters / "cover.jpg").write_bytes(edition.picture())
    for chapter in edition.chapters:
        (chapters / f"{chapter.name}.mp3").hardlink_to(sound)
    return folder
