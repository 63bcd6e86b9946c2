"""A small maker of EPUBs, well-formed or broken as a test wants them."""

import io
import zipfile

from audiobook.story.epub import read_epub

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""


def page(body, *, attributes="", head=""):
    """Return an XHTML document."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        'xmlns:ssml="http://www.w3.org/2001/10/synthesis">'
        f"<head><title>A page</title>{head}</head><body {attributes}>{body}</body></html>"
    )


def contents(lines, *, landmarks=""):
    """Return a navigation document; a line is (title, target) or (title, target, lines)."""
    return page(f'<nav epub:type="toc">{_list(lines)}</nav>{landmarks}')


def _list(lines):
    items = ""
    for title, target, *below in lines:
        label = f'<a href="{target}">{title}</a>' if target else f"<span>{title}</span>"
        items += f"<li>{label}{_list(below[0]) if below else ''}</li>"
    return f"<ol>{items}</ol>"


def ncx(lines):
    """Return EPUB 2's table of contents."""
    return (
        '<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1">'
        f"<navMap>{_points(lines)}</navMap></ncx>"
    )


def _points(lines):
    return "".join(
        f'<navPoint id="n"><navLabel><text>{title}</text></navLabel><content src="{target}"/>'
        f"{_points(below[0]) if below else ''}</navPoint>"
        for title, target, *below in lines
    )


def package(names, *, metadata="", items="", spine="", guide="", version="3.0", toc=""):
    """Return a package document whose spine is ``names``."""
    manifest = "".join(
        f'<item id="d{i}" href="{name}" media-type="application/xhtml+xml"/>'
        for i, name in enumerate(names)
    )
    order = spine or "".join(f'<itemref idref="d{i}"/>' for i in range(len(names)))
    return (
        f'<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="{version}" '
        'unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:opf="http://www.idpf.org/2007/opf">'
        f"{metadata or '<dc:title>The Book</dc:title><dc:language>en</dc:language>'}</metadata>"
        f"<manifest>{manifest}{items}</manifest><spine{toc}>{order}</spine>{guide}</package>"
    )


NAV_ITEM = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
NCX_ITEM = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'


def packed(files, *, mimetype=True):
    """Return an archive of files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def epub(documents, lines=None, *, extra=None, landmarks="", **of_package):
    """Return an EPUB 3: bodies or whole documents by name, and lines of its contents."""
    files = {"META-INF/container.xml": CONTAINER}
    of_package["items"] = of_package.get("items", "") + (NAV_ITEM if lines is not None else "")
    files["OPS/book.opf"] = package(list(documents), **of_package)
    if lines is not None:
        files["OPS/nav.xhtml"] = contents(lines, landmarks=landmarks)
    for name, text in documents.items():
        whole = isinstance(text, bytes) or text.startswith("<?xml") or "<html" in text
        files[f"OPS/{name}"] = text if whole else page(text)
    return packed(files | (extra or {}))


def story(*args, read=None, **more):
    """Return what is read of an EPUB made of the same arguments."""
    return read_epub(epub(*args, **more), "book.epub", read)


def one(body, *, read=None, **more):
    """Return the blocks of a book of one document."""
    found = story({"a.xhtml": body}, [("The Only One", "a.xhtml")], read=read, **more)
    return [block for chapter in found.chapters for block in chapter.blocks]


def texts(body, **more):
    """Return the texts of the blocks of a book of one document."""
    return [block.text for block in one(body, **more)]


def left(found):
    """Return what was left out: kind and title."""
    return [(part.kind, part.chapter.title) for part in found.left_out]


P = "<p>Some words of the story.</p>"
