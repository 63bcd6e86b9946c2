"""A book of twenty hours in the player's page: what is far away comes when it is needed."""

import pytest
from browser import Reader
from editions import lay_out, make_long_edition, tone

from audiobook.store import Store

N_CHAPTERS, N_WORDS = 60, 3000
FEW_ELEMENTS, LITTLE_MB = 6000, 4
ELEMENTS = "document.getElementsByTagName('*').length"
SET = "[...document.querySelectorAll('.chapter:not(.far)')].map((s) => Number(s.dataset.index))"


@pytest.fixture(scope="module")
def novel(browser, tmp_path_factory):
    """Open a novel, once for all tests."""
    folder = tmp_path_factory.mktemp("novel")
    sound = tone(folder / "tone.mp3")
    edition = make_long_edition(
        Store(folder / "store"), sound, n_chapters=N_CHAPTERS, n_words=N_WORDS
    )
    with Reader.of(browser, lay_out(edition, folder, sound)) as opened:
        yield opened
        assert opened.complaints == []


def heap_mb(reader):
    """Return what the page's script keeps, when what it has dropped is gone."""
    session = reader.context.new_cdp_session(reader.page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used / 1e6


def test_what_is_not_near_is_not_set(novel):
    """At first the first chapter is there, of the others their titles, in the space they need."""
    assert novel.run("document.querySelectorAll('.chapter').length") == N_CHAPTERS
    assert set(novel.run(SET)) <= {0, 1}
    assert novel.run(ELEMENTS) < FEW_ELEMENTS
    assert novel.page.inner_text("#chapter-60") == f"Night {N_CHAPTERS}"
    heights = novel.run("[...document.querySelectorAll('.chapter')].map((s) => s.offsetHeight)")
    assert min(heights) > 0.5 * max(heights) > 1000


def test_the_last_chapter_is_a_click_away(novel):
    """Out of the list it is opened with its text, as much as was written, and the first is gone."""
    novel.page.click("#open-chapters")
    novel.page.locator("#chapter-list button").last.click()
    novel.wait("!document.querySelector('#chapter-60.far')")
    words = novel.page.inner_text("#chapter-60").split()
    assert N_WORDS * 0.9 < len(words) < N_WORDS * 1.1
    novel.wait(f"!({SET}).includes(0)")
    novel.wait("document.querySelector('#chapter-60 h2').getBoundingClientRect().top < innerHeight")
    assert novel.run("document.querySelector('#chapter-60 h2').getBoundingClientRect().top") >= 0
    assert novel.page.locator("#next").is_disabled()


def test_a_reader_passes_through_and_nothing_piles_up(novel):
    """After many chapters there are as few elements, and as little is kept, as after two."""
    kept = []
    for index in range(1, 25):
        novel.run("(n) => document.getElementById(`chapter-${n}`).scrollIntoView()", 2 * index)
        novel.wait(f"({SET}).includes({2 * index - 1})")
        assert novel.run(ELEMENTS) < FEW_ELEMENTS
        assert len(novel.run(SET)) <= 4
        if index in (2, 24):
            kept.append(heap_mb(novel))
    assert kept[1] - kept[0] < LITTLE_MB
