"""The drawn cover, the user's own, and the picture of levels."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from audiobook.errors import ExportError
from audiobook.export import picture as picture_module
from audiobook.export.cover import SIZE_PX, draw_cover, paint
from audiobook.export.lettering import fitted, font, printable
from audiobook.export.ornament import Design, Stroke, design, horns, medallion, placed
from audiobook.export.painter import PALETTES
from audiobook.export.picture import MAX_SIDE_PX, load_cover
from audiobook.export.waveform import MUSIC_COLOUR, SPEECH_COLOUR, draw_levels

PLAIN = Design(1.1, 0.9, "sun", "leaf", "circle", "horns")
KAZAKH = "Әлем Ғарыш Қыз Шаңырақ Өмір Ұлы Үміт Һәм Іңкәр"


def opened(jpeg: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(jpeg))
    picture.load()
    return picture


def changed_rows(a: Image.Image, b: Image.Image) -> tuple[int, int]:
    """Return the first and last row in which two pictures differ."""
    from PIL import ImageChops

    box = ImageChops.difference(a, b).getbbox()
    assert box is not None
    return box[1], box[3]


def test_cover_is_a_square_jpeg_and_always_the_same() -> None:
    """A title gives the same bytes each time, another title other ones."""
    first = draw_cover("The Girl from Akbulak", "Marat Kalmurzaeva")
    assert opened(first).format == "JPEG"
    assert opened(first).size == (SIZE_PX, SIZE_PX)
    assert len(first) < 600_000
    assert first == draw_cover("The Girl from Akbulak", "Marat Kalmurzaeva")
    assert first != draw_cover("The Boy from Akbulak", "Marat Kalmurzaeva")


def test_designs_and_colours_differ_between_titles() -> None:
    """Forty titles show every heart, frame and border."""
    designs = [design(f"Title {k}") for k in range(40)]
    for field in ("heart", "between", "frame", "row"):
        assert len({getattr(plan, field) for plan in designs}) == 3
    assert len(set(designs)) == 40


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_letters_stand_out_from_the_ground(palette) -> None:
    """Title and ground have a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(palette.ground), luminance(palette.text)))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_medallion_is_fourfold_and_stays_inside() -> None:
    """A quarter turn maps the medallion onto itself, and nothing leaves its frame."""
    for plan in (design(f"Title {k}") for k in range(12)):
        figure = medallion(plan)
        turned = placed(figure, 0j, 1.0, 0.25)

        def where(parts) -> set[tuple[int, int]]:
            points = (p for part in parts for p in part.points)
            return {(round(p.real * 1000), round(p.imag * 1000)) for p in points}

        stray = where(figure) ^ where(turned)
        assert len(stray) <= len(where(figure)) * 0.02  # rounding at the edge of a thousandth
        for part in figure:
            widths = part.radii if isinstance(part, Stroke) else [0.0] * len(part.points)
            assert max(abs(p) + r for p, r in zip(part.points, widths, strict=True)) < 1.02


def test_horns_are_mirrored_volutes() -> None:
    """The two horns are mirror images, and each turns in on itself."""
    right, left = horns(1.1)
    assert [complex(-p.real, p.imag) for p in right.points] == list(left.points)
    assert max(p.real for p in right.points) > right.points[-1].real > 0


@pytest.fixture(scope="module")
def titled() -> Image.Image:
    """Return the picture of a title that the font has."""
    return paint("Title", "", PLAIN, PALETTES[0])


@pytest.mark.parametrize("title", ["", "😀", "千夜一夜物語", "الف ليلة وليلة", "\ud83d", "\0"])
def test_a_title_the_font_lacks_leaves_the_ornament(title: str, titled: Image.Image) -> None:
    """No tofu: a title in another script gives way to a larger medallion."""
    bare = paint(title, "", PLAIN, PALETTES[0])
    assert printable(title) == ""
    assert bare.getpixel((800, 330)) != titled.getpixel((800, 1180))
    assert draw_cover(title)


def test_kazakh_and_european_letters_are_in_the_font() -> None:
    """The bundled font has all letters of Kazakh, Russian, Greek and the Latin languages."""
    text = f"{KAZAKH} Ёлка Щука Ὀδύσσεια Đặng Žižek Łódź Çağ Øre «Ærø» — “what…” №5"
    assert printable(text) == text
    assert printable("Sun ☀️ and 🐏 ram") == "Sun and ram"
    assert printable("Sun 日") == ""


@pytest.mark.parametrize("title", ["A", KAZAKH, "word " * 60, "x" * 300, "Ж" * 90 + " и " * 30])
def test_titles_of_any_length_fit_their_box(title: str) -> None:
    """Lines are no wider than the box, together no higher, and lose nothing if it can be helped."""
    block = fitted(title, 1140, 274, largest_px=136, smallest_px=40)
    letters = font(block.size_px)
    assert all(letters.getlength(line) <= 1140 for line in block.lines)
    assert len(block.lines) * block.step_px <= 274 or len(block.lines) == 1
    shown = " ".join(block.lines)
    assert shown == " ".join(title.split()) or shown.endswith("…") or len(title) == 300


def test_short_titles_are_large_and_lines_balanced() -> None:
    """A short title has the largest letters; two lines are about equally long."""
    assert fitted("Jane", 1140, 274, largest_px=136, smallest_px=40).size_px == 136
    block = fitted(
        "The Girl from the Village of Akbulak", 1140, 274, largest_px=136, smallest_px=40
    )
    lengths = [font(block.size_px).getlength(line) for line in block.lines]
    assert len(lengths) == 2
    assert min(lengths) / max(lengths) > 0.6


def test_title_and_author_are_on_the_cover() -> None:
    """Both change the picture where they belong: in its lower part, inside the frame."""
    plan, palette = design("x"), PALETTES[1]
    plain = paint("Seed", "", plan, palette)
    top, bottom = changed_rows(plain, paint("Seed", "Author", plan, palette))
    assert 1296 < top < bottom < 1440
    blank = Image.new("RGB", plain.size, palette.ground)
    ImageDraw.Draw(blank)
    assert palette.text != palette.ground
    colours = plain.crop((300, 1010, 1300, 1290)).getcolors(1 << 20)
    assert colours is not None
    assert len(colours) > 100


def save(picture: Image.Image, path: Path, **options) -> Path:
    picture.save(path, **options)
    return path


def test_own_cover_becomes_a_jpeg_without_its_metadata(tmp_path: Path) -> None:
    """A photograph is turned upright and loses what the camera wrote."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "a camera"
    photo = save(Image.new("RGB", (300, 200), "red"), tmp_path / "a.jpg", exif=exif)
    cover = load_cover(photo)
    assert opened(cover).size == (200, 300)
    assert b"a camera" not in cover
    assert load_cover(photo) == cover


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_own_cover_of_any_kind_of_png(tmp_path: Path, mode: str) -> None:
    """Grey, palette, transparent and 16-bit pictures all become RGB, middle grey staying so."""
    grey: object = 32_768 if mode == "I;16" else (128, 128, 128, 255)
    if mode == "I;16":
        picture = Image.new(mode, (40, 40), grey)
    else:
        picture = Image.new("RGBA", (40, 40), grey).convert(mode)
    cover = opened(load_cover(save(picture, tmp_path / "a.png")))
    assert cover.mode == "RGB"
    if mode != "1":
        assert all(abs(value - 128) <= 3 for value in cover.getpixel((20, 20)))


def test_transparent_parts_become_white(tmp_path: Path) -> None:
    """What was see-through is white and not black."""
    clear = save(Image.new("RGBA", (40, 40), (255, 0, 0, 0)), tmp_path / "a.png")
    assert min(opened(load_cover(clear)).getpixel((20, 20))) > 250


def test_large_covers_are_made_smaller(tmp_path: Path) -> None:
    """The longer side is at most 3000 pixels, the proportions stay."""
    wide = save(Image.new("RGB", (4000, 1000)), tmp_path / "a.png")
    assert opened(load_cover(wide)).size == (MAX_SIDE_PX, 750)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    """Text, SVG, playlists, other pictures, nothing at all: one line that says what to do."""
    png = save(Image.new("RGB", (64, 64), "red"), tmp_path / "good.png").read_bytes()
    gif = save(Image.new("RGB", (64, 64)), tmp_path / "good.gif").read_bytes()
    cases = {
        "cover.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no JPEG or PNG"),
        "list.m3u8": (b"#EXTM3U\nhttp://example.org/a.jpg", "no JPEG or PNG"),
        "text.jpg": (b"hello", "no JPEG or PNG"),
        "empty.png": (b"", "no JPEG or PNG"),
        "gif.png": (gif, "no JPEG or PNG"),
        "cut.png": (png[:-40], "damaged"),
        "header.png": (png[:20], "no JPEG or PNG|damaged"),
    }
    for name, (data, message) in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ExportError, match=message) as caught:
            load_cover(tmp_path / name)
        assert str(caught.value).startswith(str(tmp_path / name))
        assert "\n" not in str(caught.value)
    with pytest.raises(ExportError, match="cannot be read"):
        load_cover(tmp_path / "nowhere.jpg")
    with pytest.raises(ExportError, match=r"cannot be read|damaged"):
        load_cover(tmp_path)


def test_bombs_and_giants_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unfolds to gigabytes is refused before it does; so is a huge file."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    for side in (9_900, 12_000, 60_000):  # below and above the two limits of the library
        header = struct.pack(">IIBBBBB", side, side + 300, 8, 0, 0, 0, 0)
        data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"")
        (tmp_path / "bomb.png").write_bytes(data + chunk(b"IEND", b""))
        with pytest.raises(ExportError, match="too many pixels"):
            load_cover(tmp_path / "bomb.png")
    monkeypatch.setattr(picture_module, "MAX_BYTES", 10)
    with pytest.raises(ExportError, match="larger than"):
        load_cover(tmp_path / "bomb.png")


def test_levels_are_drawn_where_they_sound(tmp_path: Path) -> None:
    """Speech is seen while it sounds at its height, music below it and alone around it."""
    speech = [-90.0] * 10 + [-20.0] * 20 + [-90.0] * 10
    music = [-25.0] * 10 + [-45.0] * 20 + [-25.0] * 10
    draw_levels(speech, music, 0.5, tmp_path / "levels.png", title="Қыз")
    with Image.open(tmp_path / "levels.png") as picture:
        assert (picture.format, picture.size) == ("PNG", (1600, 460))

        def colour_at(time_s: float, level_db: float) -> str:
            x = 65 + (1575 - 65) * time_s / 20
            y = 55 + (415 - 55) * -level_db / 60
            red, green, blue = picture.convert("RGB").getpixel((round(x), round(y)))
            return f"#{red:02x}{green:02x}{blue:02x}"

        assert colour_at(10, -23) == SPEECH_COLOUR
        assert colour_at(10, -48) == MUSIC_COLOUR
        assert colour_at(2, -28) == MUSIC_COLOUR
        assert colour_at(18, -28) == MUSIC_COLOUR
        assert colour_at(10, -17) not in (SPEECH_COLOUR, MUSIC_COLOUR)
        assert colour_at(2, -22) not in (SPEECH_COLOUR, MUSIC_COLOUR)


def test_levels_of_hours_and_of_a_moment(tmp_path: Path) -> None:
    """One level, a day of them, none of one kind and values that are no number are all drawn."""
    nan = float("nan")
    for speech, music, step_s in [
        ([-20.0], [], 0.1),
        ([-20.0, nan, -float("inf")] * 7000, [-30.0], 4.0),
    ]:
        draw_levels(speech, music, step_s, tmp_path / "levels.png")
        assert (tmp_path / "levels.png").stat().st_size > 1000
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_levels([], [], 0.5, tmp_path / "levels.png")
