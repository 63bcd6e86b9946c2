"""How the player's page looks and speaks: its ornament, its colours, its words."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

from audiobook.export import player
from audiobook.export.player.figure import ornament_uri
from audiobook.export.player.page import STYLES

HERE = Path(player.__file__).parent
LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "ru", "nl", "pl", "tr", "kk", "uk", "cs", "sv"]


def test_every_language_has_every_word():
    """The same keys, with the same places to fill in, and none left empty."""
    table = tomllib.loads((HERE / "labels.toml").read_text("utf-8"))
    assert list(table) == LANGUAGES
    for language, words in table.items():
        assert set(words) == set(table["en"]), language
        for key, text in words.items():
            assert text.strip() == text != "", (language, key)
            places = [sorted(re.findall(r"\{.*?\}", t)) for t in (text, table["en"][key])]
            assert places[0] == places[1], (language, key)


def test_a_title_has_an_ornament_of_its_own():
    """Small, the same each time, and another one for another title."""
    titles = ["The Well of the Steppe", "Kiosk", "Степь", "\ud800"]
    assert all(len(ornament_uri(title)) < 1200 for title in titles)
    assert ornament_uri(titles[0]) == ornament_uri(" The Well  of the Steppe ")
    assert all(ornament_uri(a) != ornament_uri(b) for a, b in combinations(titles, 2))


def palette():
    """Return the colours of the style by name: by day, by night."""
    style = "".join((HERE / "style" / f"{name}.css").read_text("utf-8") for name in STYLES)
    found = re.findall(r"(--[\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)
    names = [name if name != "--voice" else f"voice {i}" for i, (name, *_) in enumerate(found)]
    return {name.strip("-"): pair for name, (_, *pair) in zip(names, found, strict=True)}


def contrast(one, other):
    """Return the contrast of two colours as WCAG 2.2 defines it."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_colours_can_be_told_apart():
    """Text has 4.5:1 and parts of controls 3:1 (WCAG 2.2 AA), by day and by night."""
    colours = palette()
    voices = [name for name in colours if name.startswith("voice")]
    assert len(voices) == 8
    text = [
        *(("ink", ground) for ground in ("paper", "raised", "sentence", "line")),
        *(("faint", ground) for ground in ("paper", "raised", "sentence")),
        *(("accent", ground) for ground in ("paper", "sentence")),
        *(("lit", "word"), ("on-accent", "accent"), ("paper", "ink")),
        *((voice, "paper") for voice in voices),
    ]
    parts = [("edge", "paper"), ("edge", "raised"), ("accent", "raised"), ("accent", "paper")]
    for pairs, least in ((text, 4.5), (parts, 3.0)):
        for one, other in pairs:
            for theme in (0, 1):
                ratio = contrast(colours[one][theme], colours[other][theme])
                assert ratio >= least, f"{one} on {other}: {ratio:.2f}"
