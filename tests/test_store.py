"""Artefacts: atomic, verified, bounded."""

import os
import threading

import pytest

from audiobook.errors import StoreError
from audiobook.store import Store, key_of

KEY = key_of("an artefact")


def test_what_is_kept_comes_back(store):
    """Description and payload survive, from bytes and from a file."""
    store.put("clip", KEY, {"n": 1, "text": "Қ"}, b"sound")
    assert store.get("clip", KEY) == ({"n": 1, "text": "Қ"}, b"sound")
    assert store.meta("clip", KEY) == {"n": 1, "text": "Қ"}
    assert store.has("clip", KEY)


def test_a_file_is_kept_as_its_content(store, tmp_path):
    """A large payload is copied, not loaded."""
    source = tmp_path / "x"
    source.write_bytes(b"abc" * 1_000_000)
    store.put("chapter", KEY, {}, source)
    with store.open("chapter", KEY) as found:
        assert found is not None
        assert found[1].read() == source.read_bytes()


def test_absent_is_none(store):
    """Asking for what is not there is no error."""
    assert store.get("clip", KEY) is None
    assert store.meta("clip", KEY) is None
    assert not store.has("clip", KEY)


@pytest.mark.parametrize("where", [3, 120, -1])
def test_a_flipped_byte_anywhere_makes_it_absent(store, where):
    """A damaged artefact is dropped, never played."""
    store.put("clip", KEY, {"n": 1, "words": [[0.0, 1.0, True]]}, b"sound" * 100)
    path = store.path("clip", KEY)
    content = bytearray(path.read_bytes())
    content[where] ^= 0x40
    path.write_bytes(content)
    assert store.get("clip", KEY) is None
    assert not path.exists()


@pytest.mark.parametrize("size", [0, 10, 150, 400])
def test_a_truncated_file_is_absent(store, size):
    """A file cut short counts as never made, for `has` and `meta` as well."""
    store.put("clip", KEY, {"n": 1}, b"sound" * 100)
    path = store.path("clip", KEY)
    path.write_bytes(path.read_bytes()[:size])
    assert not store.has("clip", KEY)
    assert store.meta("clip", KEY) is None


def test_another_version_is_ignored(store):
    """A file in a form of another program version is made anew."""
    store.put("clip", KEY, {}, b"sound")
    path = store.path("clip", KEY)
    path.write_bytes(path.read_bytes().replace(b'"format": 1', b'"format": 9'))
    assert not store.has("clip", KEY)
    assert store.get("clip", KEY) is None


def test_keys_depend_on_content_not_on_order():
    """Equal recipes have equal keys however they were put together."""
    assert key_of({"a": 1, "b": [2]}) == key_of({"b": [2], "a": 1})
    assert key_of({"a": 1}) != key_of({"a": 2})
    assert len(key_of("\ud800")) == 40


def test_many_writers_of_one_key_do_not_disturb_each_other(store):
    """Whoever comes last, the artefact is whole."""
    writers = [
        threading.Thread(target=store.put, args=("clip", KEY, {}, b"x" * 500_000)) for _ in range(8)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert store.get("clip", KEY) == ({}, b"x" * 500_000)
    assert [p.name for p in store.path("clip", KEY).parent.iterdir()] == [KEY]


def test_pruning_removes_what_was_not_used_for_longest(store):
    """The least recently used goes first, until the rest fits."""
    keys = [key_of(n) for n in range(4)]
    for age, key in enumerate(keys):
        store.put("clip", key, {}, bytes(1000))
        os.utime(store.path("clip", key), (1e9 + age, 1e9 + age))
    with store.open("clip", keys[0]):
        pass  # used just now
    n_files, n_bytes, _ = store.prune(2500)
    assert n_files == 2
    assert n_bytes > 2000
    assert [store.has("clip", key) for key in keys] == [True, False, False, True]


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    """A file in the place of the folder gives one line that names the way out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="XDG_CACHE_HOME"):
        Store(tmp_path / "file").put("clip", KEY, {}, b"")
