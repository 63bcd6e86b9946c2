"""The player's page for everybody: judged by axe-core, and at every width."""

from dataclasses import replace
from pathlib import Path

import axe_playwright_python
import pytest
from browser import Reader
from editions import EVERYTHING, FACTS, lay_out, make_edition, tone

from audiobook.store import Store

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
JUDGED = """async (tags) => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
  return found.violations.map((v) => [v.impact, v.id, v.nodes.map((n) => n.html)]);
}"""
DIALOGS = ("chapters", "settings", "help")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
ARABIC = "# البئر\n\n«من حفر هذه البئر؟» سألت الفتاة. وضعت جدتها الدلو ونظرت إلى التلال.\n"
CAST = ("", "Mrs. Shalyapova", "Marat", "The old man who lived by the river")
BEYOND = """() => {
  const isSeen = (node) => node.getClientRects().length && !node.closest('.hidden, .skip, #status');
  const all = [...document.querySelectorAll('body *')].filter(isSeen);
  return all.filter((node) => {
    const { left, right } = node.getBoundingClientRect();
    return left < -0.5 || right > innerWidth + 0.5;
  }).map((node) => node.outerHTML.slice(0, 80));
}"""


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Lay out a book of everything with a cast, and one that runs from right to left."""
    root = tmp_path_factory.mktemp("access")
    sound = tone(root / "tone.mp3")
    store = Store(root / "store")
    made = {
        "cast": _cast(make_edition(store, EVERYTHING, sound, **FACTS)),
        "rtl": make_edition(store, ARABIC, sound, language="ar", title="البئر"),
    }
    for name, edition in made.items():
        (root / name).mkdir()
        lay_out(edition, root / name, sound)
    return root


def _cast(edition):
    """Let the segments of each chapter be said by one after the other."""
    chapters = [
        replace(
            c,
            segments=tuple(
                replace(s, speaker=CAST[i % len(CAST)]) for i, s in enumerate(c.segments)
            ),
            has_music=True,
        )
        for c in edition.chapters
    ]
    return replace(edition, chapters=tuple(chapters), with_stems=edition.finished)


@pytest.mark.parametrize(
    ("book", "device", "scheme"),
    [
        ("cast", PHONE, "light"),
        ("cast", DESKTOP, "dark"),
        ("rtl", PHONE, "dark"),
        ("rtl", DESKTOP, "light"),
    ],
    ids=["cast-phone-light", "cast-desktop-dark", "rtl-phone-dark", "rtl-desktop-light"],
)
def test_axe_finds_nothing(browser, books, book, device, scheme):
    """Neither in the page with a word lit nor in a dialog, of WCAG 2.2 AA and good practice."""
    calm = {"color_scheme": scheme, "reduced_motion": "reduce"}
    with Reader.of(browser, books / book, **device, **calm) as reader:
        reader.run(AXE)
        reader.page.locator("#chapter-1 p .w").first.click()
        reader.wait("document.querySelector('.w.spoken')")
        reader.page.click("#play")
        assert reader.run(JUDGED, WCAG) == []
        for name in DIALOGS:
            reader.run(f"document.getElementById('open-{name}').click()")
            assert reader.page.locator(f"#{name}").is_visible()
            assert reader.run(JUDGED, WCAG) == [], name
            reader.page.keyboard.press("Escape")
        assert reader.complaints == []


@pytest.mark.parametrize("book", ["cast", "rtl"])
def test_nothing_is_wider_than_the_window(browser, books, book):
    """From a small phone to a desktop everything is within reach, at twice the text size too."""
    phone = {**PHONE, "viewport": {"width": 320, "height": 640}}
    with Reader.of(browser, books / book, **phone) as reader:
        reader.run("document.getElementById('sleep-left').textContent = '59:59'")
        for size in ("1", "2"):
            reader.set("text-size", size)
            for width in (320, 360, 375, 390, 412, 820, 1280):
                reader.page.set_viewport_size({"width": width, "height": 640})
                assert reader.run(BEYOND) == [], (width, size)
                assert reader.run("document.documentElement.scrollWidth") == width
                for name in DIALOGS:
                    reader.run(f"document.getElementById('{name}').showModal()")
                    assert reader.run(BEYOND) == [], (width, name)
                    reader.run(f"document.getElementById('{name}').close()")


def test_what_counts_down_is_not_read_out(browser, books):
    """A screen reader hears of chapters and problems, not of every second."""
    with Reader.of(browser, books / "cast") as reader:
        live = reader.run(
            "[...document.querySelectorAll('output, [aria-live], [role=status]')]"
            ".filter((node) => node.getAttribute('aria-live') !== 'off').map((node) => node.id)"
        )
        assert live == ["status"]
