"""The pictures of the README, drawn anew by the program, and their credits brought up to date."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from photograph import photograph

from audiobook.cli.options import Asked, desk_of
from audiobook.export.waveform import draw_levels

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
STORY = ASSETS / "stories" / "marat-kalmurzaeva"
BEDS = {
    "kazakh-tender.png": ("kazakh", "tender"),
    "celtic-lively.png": ("celtic", "lively"),
}
SEED, SECONDS = "3", "60"


def main() -> None:
    for name, (palette, mood) in BEDS.items():
        piece = [palette, "--mood", mood, "--seed", SEED, "--seconds", SECONDS]
        audiobook("music", *piece, "--picture", ASSETS / "pictures" / name)
        credit(
            f"pictures/{name}", f"A minute of {mood} music, {palette}: notes, level and spectrum"
        )
    draw_first_chapter(ASSETS / "pictures" / "levels.png")
    credit("pictures/levels.png", "Levels of the bundled story's first chapter")
    with tempfile.TemporaryDirectory() as folder:
        audiobook("build", STORY, "-o", folder, "--voice", "tone:hum", "--quiet")
        for name in photograph(Path(folder) / "index.html", ASSETS / "pictures"):
            credit(f"pictures/{name}", "The player's page with the bundled story")


def audiobook(*arguments: str | Path) -> None:
    """Run the program; stop if it fails."""
    subprocess.run([sys.executable, "-m", "audiobook", *map(str, arguments)], check=True)


def draw_first_chapter(target: Path) -> None:
    """Build the first chapter where it is not finished, and draw what was measured in it."""
    out = ROOT / "out" / "marat-kalmurzaeva"
    audiobook("build", STORY, "-o", out, "--chapter", "1", "--quiet")
    desk = desk_of(Asked(story=str(STORY), out=str(out)))
    first = desk.plan().chapters[0]
    meta = desk.store.meta("chapter", first.prepared.job.key)
    if meta is None:
        sys.exit("the first chapter was built and is not in the store; look with: audiobook doctor")
    levels = meta["levels"]
    draw_levels(
        levels["speech_lufs"],
        levels["music_lufs"],
        levels["step_s"],
        target,
        title=f"Chapter 1: {first.title}",
    )


def credit(path: str, title: str) -> None:
    """Write an asset's entry in CREDITS.toml, or its new hash where there is one."""
    file = ASSETS / "CREDITS.toml"
    text = file.read_text("utf-8")
    digest = hashlib.sha256((ASSETS / path).read_bytes()).hexdigest()
    entry = (
        f'[[asset]]\npath = "{path}"\ntitle = "{title}"\nauthor = "The Kuibook project"\n'
        'licence = "GPL-3.0-or-later"\nsource = "made by this program, for the README"\n'
        f'sha256 = "{digest}"\n'
    )
    old = re.compile(rf'\[\[asset\]\]\npath = "{re.escape(path)}"\n(?:.+\n)*')
    changed = old.sub(entry, text) if old.search(text) else f"{text}\n{entry}"
    file.write_text(changed, "utf-8")


if __name__ == "__main__":
    main()
