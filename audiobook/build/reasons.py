"""Why a chapter is stale, in words: the old record of it and the new one in, reasons out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

__all__ = ["match_chapters", "why_stale"]

Record = dict[str, Any]

# What a recipe's entries are called when they change.
PARTS = {
    "production": "the program's mixing changed",
    "pauses": "pauses",
    "music": "music",
    "profile": "profile",
}
FILES = "files"  # of music: named by `_tracks`, as their hashes tell nobody anything
# What follows the text, of the music.
FOLLOWING = {
    "mood": "mood became {}",
    "turns": "the mood changes at other places",
    "climax": "the music's climax moved",
    "changes": "the music is switched or levelled at other places",
}
MOST = 4  # reasons of one kind that are listed before the rest is only counted


def match_chapters(old: Sequence[Record], new: Sequence[Record]) -> list[Record | None]:
    """Find for each chapter its record in the last build: by title, else by place."""
    by_title = dict(zip(_named(old), old, strict=True))
    names = _named(new)
    taken = {key for key in names if key in by_title}
    left = [record for key, record in zip(_named(old), old, strict=True) if key not in taken]
    matched: list[Record | None] = []
    for index, key in enumerate(names):
        found = by_title.get(key)
        if found is None and index < len(old) and old[index] in left:
            found = old[index]
        matched.append(found)
    return matched


def _named(records: Sequence[Record]) -> list[tuple[str, int]]:
    """Return each chapter's title with its ordinal among equal ones."""
    seen: Counter[str] = Counter()
    names = []
    for record in records:
        title = record["title"]
        seen[title] += 1
        names.append((title, seen[title]))
    return names


def why_stale(old: Record | None, new: Record) -> list[str]:
    """Return what differs between two records of a chapter; empty when nothing does."""
    if old is None:
        return ["new"]
    reasons = [*_readings(old["readings"], new["readings"])]
    is_edited = bool(reasons)
    for part, words in PARTS.items():
        before, after = old["recipe"].get(part), new["recipe"].get(part)
        if before != after:
            reasons += _settings(words, before, after, is_edited=is_edited)
    return reasons + _tracks(old.get("tracks", []), new.get("tracks", []))


def _settings(words: str, before: Any, after: Any, *, is_edited: bool) -> Iterator[str]:
    """Name the settings that changed inside one part of a recipe.

    What follows the text is no reason of its own where the text was edited.
    """
    if not (isinstance(before, dict) and isinstance(after, dict)):
        switched = {True: "added", False: "removed"}.get(before is None, "")
        yield words if isinstance(after, int) else f"{words} {switched}"
        return
    if (FILES in before) != (FILES in after):
        yield f"{words}: {'own files' if FILES in after else 'composed'} now"
        return
    for name in sorted({*before, *after} - {FILES}):
        if before.get(name) == after.get(name):
            continue
        if words == PARTS["music"] and name in FOLLOWING:
            if not is_edited or name == "mood":
                yield FOLLOWING[name].format(after.get(name))
        else:
            yield f"{words}: {name} {_short(before.get(name))} -> {_short(after.get(name))}"


def _tracks(old: Sequence[Record], new: Sequence[Record]) -> list[str]:
    """Name the music files that changed, came or went; a name alone is no change."""
    before, after = [t["sha256"] for t in old], [t["sha256"] for t in new]
    if before == after or not (before and after):  # all came, or went: said by `_settings`
        return []
    came = [t for t in new if t["sha256"] not in before]
    gone = [t["file"] for t in old if t["sha256"] not in after]
    found = []
    for track in came:
        changed = track["file"] in gone
        found.append(f"{track['file']} {'changed' if changed else 'added'}")
        if changed:
            gone.remove(track["file"])
    found += [f"{name} removed" for name in gone]
    return [f"music: {what}" for what in found[:MOST] or ["the files play in another order"]]


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 24 else f"{text[:21]}..."


def _readings(old: Sequence[Record], new: Sequence[Record]) -> Iterator[str]:
    """Say which segments came, went, or are read differently; numbered from 1 as in the new."""
    matcher = SequenceMatcher(
        a=[r["text"] for r in old], b=[r["text"] for r in new], autojunk=False
    )
    found: list[tuple[int, str]] = []
    gone: list[str] = []
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal":
            pairs = zip(old[a0:a1], new[b0:b1], range(b0 + 1, b1 + 1), strict=True)
            found += [(n, d) for a, b, n in pairs if (d := _difference(a, b))]
        elif tag == "replace" and a1 - a0 == b1 - b0:
            found += [(n, "text changed") for n in range(b0 + 1, b1 + 1)]
        else:
            found += [(n, "new") for n in range(b0 + 1, b1 + 1)]
            gone += [f'segment "{r["text"][:24]}" removed' for r in old[a0:a1]]
    yield from _listed(found)
    yield from gone[:MOST]
    if len(gone) > MOST:
        yield f"and {len(gone) - MOST} more segments removed"


def _listed(found: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Name the segments by what happened to them: neighbours with the same in one line."""
    runs: list[tuple[int, int, str]] = []
    for number, what in found:
        if runs and (runs[-1][1] + 1, runs[-1][2]) == (number, what):
            runs[-1] = (runs[-1][0], number, what)
        else:
            runs.append((number, number, what))
    for first, last, what in runs[:MOST]:
        yield f"segment {first} {what}" if first == last else f"segments {first}-{last} {what}"
    if rest := sum(last - first + 1 for first, last, _ in runs[MOST:]):
        yield f"and {rest} more segments"


def _difference(old: Record, new: Record) -> str:
    """Say how the reading of an unchanged text changed."""
    if old.get("recording") != new.get("recording"):
        if not new.get("recording"):
            return "is no recording any more"
        return "recording changed" if old.get("recording") else "is a recording now"
    if new.get("wanted") and old["key"] != new["key"]:
        return f"read by {new['voice']}, as {new['wanted']} is unavailable"
    if old.get("wanted") == new["voice"]:
        return f"read by {old['voice']} so far, as {old['wanted']} was unavailable"
    for name in ("voice", "language", "speed", "take", "spoken", "after", "pause"):
        if old.get(name) != new.get(name):
            if name == "spoken":
                return "is pronounced differently"
            if name == "pause":
                return f"pause before it: {_short(old.get(name))} -> {_short(new.get(name))}"
            return f"{name} changed: {_short(old.get(name))} -> {_short(new.get(name))}"
    if old["key"] == new["key"]:
        return ""
    return "is found elsewhere in its recording" if new.get("recording") else "engine changed"
