"""The player's page as a browser shows it while it plays, in a few colours: small files."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["PHOTOGRAPHS", "photograph"]

N_COLOURS = 64


@dataclass(frozen=True)
class Photograph:
    """What is on a picture: a window, a time of the day, a chapter and the word that is lit."""

    scheme: str
    width: int
    height: int
    scale: float
    chapter: int
    word: str
    dialog: str = ""

    @property
    def is_phone(self) -> bool:
        """Whether it is held in a hand."""
        return self.width < 600


PHOTOGRAPHS = {
    "player-desktop-light.png": Photograph("light", 1120, 700, 1, 2, "guidance"),
    "player-desktop-dark.png": Photograph("dark", 1120, 700, 1, 4, "footwork"),
    "player-phone-light.png": Photograph("light", 390, 780, 1.5, 3, "belonging."),
    "player-phone-dark.png": Photograph("dark", 390, 780, 1.5, 3, "belonging.", "chapters"),
}


def photograph(page_file: Path, folder: Path) -> Iterator[str]:
    """Take all pictures of a page into a folder; yield the name of each."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("script/assets: there is no Chromium to photograph the player with; install it")
    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        for name, wanted in PHOTOGRAPHS.items():
            page = browser.new_page(
                viewport={"width": wanted.width, "height": wanted.height},
                device_scale_factor=wanted.scale,
                color_scheme=wanted.scheme,
                is_mobile=wanted.is_phone,
                has_touch=wanted.is_phone,
                reduced_motion="reduce",
            )
            page.goto(page_file.as_uri())
            _save(_shot(page, wanted), folder / name)
            page.close()
            yield name
        browser.close()


def _shot(page: Any, wanted: Photograph) -> bytes:
    """Play from the word, and catch it while it is said."""
    chapter = page.locator(f"#chapter-{wanted.chapter}")
    chapter.evaluate("(node) => node.scrollIntoView()")
    chapter.locator(".w").get_by_text(wanted.word, exact=True).first.click()
    page.locator(".w.spoken").get_by_text(wanted.word, exact=True).wait_for()
    page.mouse.move(1, 1)
    if wanted.dialog:
        page.click(f"#open-{wanted.dialog}")
    return bytes(page.screenshot())


def _save(picture: bytes, target: Path) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(N_COLOURS, dither=Image.Dither.NONE)
        few.save(target, "PNG", optimize=True)
