"""A book that wants to run something: in the browser its words are words."""

from dataclasses import replace

import pytest
from browser import Reader
from editions import lay_out, make_edition, tone

from audiobook.store import Store

NASTY = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '"><svg onload=alert(3)>',
    "\u202egnp.exe\u2028javascript:alert(4) {{title}} ${alert(5)} <!--",
)
RAN = "<iframe srcdoc='<script>parent.alert(6)</script>'></iframe>"


@pytest.fixture(scope="module")
def hostile(browser, tmp_path_factory):
    """Open a book whose every title, speaker, name and line is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    sound = tone(folder / "tone.mp3")
    story = "".join(
        f"# {_written(t)}\n\n{_written(t + RAN)}\n\n## {_written(t)}\n\nIt.\n\n" for t in NASTY
    )
    names = dict.fromkeys(("title", "author", "narrator"), "".join(NASTY))
    edition = make_edition(Store(folder / "store"), story, sound, **names)
    chapters = tuple(
        replace(c, segments=tuple(replace(s, speaker=name) for s in c.segments))
        for c, name in zip(edition.chapters, NASTY, strict=True)
    )
    lay_out(replace(edition, chapters=chapters), folder, sound)
    with Reader.of(browser, folder) as opened:
        opened.chapters = chapters
        yield opened


def _written(text):
    """Return a text so that Markdown takes it to the letter."""
    return "".join(f"&#{ord(char)};" for char in text)


def test_its_words_are_shown_as_they_are(hostile):
    """Titles, lines, speakers and names stand there to the letter."""
    read = "(node) => node.textContent"
    for chapter, said in zip(hostile.chapters, NASTY, strict=True):
        section = hostile.page.locator(f"#chapter-{chapter.number}")
        title = " ".join(said.split())
        assert section.locator("h2").evaluate(read) == title
        texts = [block.text for block in chapter.story.blocks]
        assert RAN in texts[0]
        assert (
            section.locator("h3, p").evaluate_all("(all) => all.map((n) => n.textContent)") == texts
        )
        assert section.locator("p").first.get_attribute("data-speaker") == said
    assert hostile.page.title() == " ".join("".join(NASTY).split())
    assert hostile.page.locator("h1").evaluate(read) == " ".join("".join(NASTY).split())
    assert hostile.page.locator(".author").evaluate(read) == " ".join("".join(NASTY).split())
    hostile.page.click("#open-chapters")
    names = hostile.page.locator("#chapter-list > li > button .n")
    assert names.evaluate_all("(all) => all.map((n) => n.textContent)") == [
        " ".join(said.split()) for said in NASTY
    ]
    hostile.page.click("#chapters .close")


def test_none_of_it_runs(hostile):
    """No script of its own, no picture, no frame, no word in the console, nothing asked for."""
    dialogs = []
    hostile.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for _ in NASTY:
        hostile.page.click("#play")
        hostile.wait("document.body.classList.contains('playing')")
        hostile.page.click("#play")
        hostile.run("document.getElementById('next').click()")
    hostile.page.wait_for_timeout(200)
    assert dialogs == []
    assert hostile.complaints == []
    assert hostile.page.locator("script:not([type])").count() == 1
    assert hostile.page.locator("img, iframe, object, embed").count() == 1
    assert hostile.page.locator("[onload], [onerror]").count() == 0
    files = {url for url in hostile.requests if not url.startswith("data:")}
    assert all(url.startswith(hostile.folder.as_uri()) for url in files)
    assert len(files) <= 2 + len(NASTY)  # the page, its cover, the chapters
