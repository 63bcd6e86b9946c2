"""The schema of palette files says what the parser does; neither can change without the other."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
from test_music_palettes import MINE

from audiobook.audio import SAMPLE_RATE
from audiobook.errors import MusicError
from audiobook.music import moods, tables
from audiobook.music.bed import open_cues
from audiobook.music.composer import compose
from audiobook.music.instruments import MODELS, instrument
from audiobook.music.moods import PALETTES
from audiobook.music.palettefile import parse_palette

SCHEMA = json.loads((Path(moods.__file__).parent / "palette.schema.json").read_text("utf-8"))
GUIDE = (Path(__file__).parent.parent / "docs" / "music.md").read_text("utf-8")
CHECK = jsonschema.Draft202012Validator(SCHEMA)
# Tables whose keys the writer of a palette chooses.
NAMED = {"scales", "rhythms", "drums", "instruments", "moods"}
EVERYTHING = (
    MINE.replace('lead = "harp"', 'lead = "harp"\nturn = "harp"\ncadence = "harp"\nsway = [1, 1]')
    + """\
pad = { instrument = "harp", velocity = 0.1 }
arpeggio = { instrument = "harp", patterns = [[0, 2]], velocity = 0.1 }
touch = { instrument = "harp", velocity = 0.1 }

[form]
names = { low = "a", middle = "b", climax = "c", "small climax" = "d" }
stations = [[0.0, "low"], [0.5, "climax"]]
"""
)

# What each of a table's questions asks for: how the schema must say it, and where its limits are.
TYPES = {
    "text": ["string"],
    "one_of": ["string"],
    "flag": ["boolean"],
    "number": ["number"],
    "whole": ["integer"],
    "numbers": ["array", "number"],
    "lists": ["array", "array", "number"],
    "table": ["object"],
    "tables": ["object"],
}


def at(path):
    """Return what the schema says about a key of the parser's."""
    node = SCHEMA
    for depth, key in enumerate(path):
        inner = node.get("properties", {})
        if depth and path[depth - 1] in NAMED and depth == 1:
            node = node["additionalProperties"]
        elif depth == 2 and path[0] in ("rhythms", "drums"):
            (node,) = node["patternProperties"].values()
        else:
            assert key in inner, f"the schema has no {'.'.join(map(str, path))}"
            node = inner[key]
    return node


def questions(monkeypatch):
    """Return what the parser asks of a palette that has every key: path, method, limits."""
    asked = {}
    real = {method: getattr(tables.Table, method) for method in TYPES}
    for method in TYPES:

        def spy(self, key, *rest, _method=method, **limits):
            asked.setdefault((*self._path, key), (_method, limits))
            return real[_method](self, key, *rest, **limits)

        monkeypatch.setattr(tables.Table, method, spy)
    parse_palette(EVERYTHING, "mine", "mine.toml")
    return asked


def test_the_schema_asks_what_the_parser_asks(monkeypatch):
    """Every key that the parser knows is in the schema, with its kind and its limits."""
    asked = questions(monkeypatch)
    assert len(asked) > 50
    for path, (method, limits) in asked.items():
        if "parameters" in path[:-1]:
            continue  # see test_parameters_are_those_of_the_models
        node = at(path)
        if "enum" in node:
            continue
        kinds = [node.get("type")]
        while "items" in node and isinstance(node["items"], dict) and "type" in node["items"]:
            node = node["items"]
            kinds.append(node["type"])
        wanted = TYPES[method]
        if limits.get("whole") or path[-1] == "metres":  # a bar must be one of the rhythms'
            wanted = [*wanted[:-1], "integer"]
        assert kinds == wanted, path
        if "least" in limits:
            assert (node["minimum"], node["maximum"]) == (limits["least"], limits["most"]), path


def test_the_parser_asks_what_the_schema_offers(monkeypatch):
    """No key of the schema is one that the parser would refuse."""
    pitches = {("tonic",), ("instruments", "harp", "lowest"), ("instruments", "harp", "highest")}
    known = set(questions(monkeypatch)) | pitches | {("form", "stations")}

    def check(node, path):
        for key, inner in node.get("properties", {}).items():
            assert (*path, key) in known, (*path, key)
            check(inner, (*path, key))

    check(SCHEMA, ())
    check(SCHEMA["properties"]["instruments"]["additionalProperties"], ("instruments", "harp"))
    check(SCHEMA["properties"]["moods"]["additionalProperties"], ("moods", "plain"))


def test_required_keys_are_those_that_the_parser_misses():
    """A palette without one of them is refused by both; the others may be left out."""
    for table in (SCHEMA, SCHEMA["properties"]["moods"]["additionalProperties"]):
        for key in table["properties"]:
            values = tomllib.loads(EVERYTHING)
            place = values if table is SCHEMA else values["moods"]["plain"]
            place.pop(key, None)
            if key == "drums":
                del values["moods"]["plain"]["drum"]  # which would name one of them
            assert CHECK.is_valid(values) == (key not in table["required"]), key
            read = tables.Table(values, (), "mine.toml", {})
            refused = key in table["required"]
            assert refused == (_problem(read) is not None), key


def _problem(read):
    """Parse values that were never a text; return what is wrong with them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("audiobook.music.palettefile.read_table", lambda *_: read)
        try:
            parse_palette("", "mine", "mine.toml")
        except MusicError as error:
            return str(error)
    return None


@pytest.mark.parametrize("model", MODELS)
def test_parameters_are_those_of_the_models(model):
    """For each model the schema has its parameters with their limits, and no others."""
    rules = SCHEMA["properties"]["instruments"]["additionalProperties"]["allOf"]
    (rule,) = [r for r in rules if model in r["if"]["properties"]["model"]["enum"]]
    name = rule["then"]["properties"]["parameters"]["$ref"].rpartition("/")[2]
    said = {
        key: (node["minimum"], node["maximum"])
        for key, node in SCHEMA["$defs"][name]["properties"].items()
    }
    assert said == {p.name: (p.low, p.high) for p in instrument(model).parameters()}
    models = SCHEMA["properties"]["instruments"]["additionalProperties"]["properties"]["model"]
    assert models["enum"] == list(MODELS)


@pytest.mark.parametrize("name", list(PALETTES))
def test_the_palettes_of_the_program_fit_the_schema(name):
    """All of them are what an editor with the schema would accept."""
    CHECK.validate(tomllib.loads(moods.palette_text(name)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('about = "two tones and a drone"\n', ""),
        ('tonic = "A2"', 'tonic = "H2"'),
        ('tonic = "A2"', "tonic = 109"),
        ('tonic = "A2"', 'tonic = "A2"\ncolour = 1'),
        ("[0, 2.5, 5, 7]", "[2.5, 5, 7, 9]"),
        ("[0, 2.5, 5, 7]", "[0, 5, 7]"),
        ("[0, 2.5, 5, 7]", "[0, 2.5, 5, 12]"),
        ("4 = [[2, 1, 1]", "17 = [[2, 1, 1]"),
        ("[2, 1, 1]", "[2, 1, 0.1]"),
        ("[[2, 1, 1], [1, 1, 2]]", "[]"),
        ('"D.t."', '"D.x."'),
        ('"harp"', '"harpp"'),
        ("decay_s = 3", "decay = 3"),
        ("decay_s = 3", "decay_s = 300"),
        ("tuning = [-5, 0]", "tuning = [-50, 0]"),
        ("tuning = [-5, 0]", "program = 1.5"),
        ("tuning = [-5, 0]", "sustains = 1"),
        ("bpm = 60", "bpm = 600"),
        ("bpm = 60", 'bpm = "60"'),
        ("bpm = 60\n", ""),
        ("[[4, 4]]", "[[4.5, 4]]"),
        ("velocity = 0.2 }", "velocity = 2 }"),
        (", velocity = 0.2 }", " }"),
        ("[moods.plain]", "[mood.plain]"),
    ],
)
def test_what_the_schema_refuses_the_parser_refuses(old, new):
    """Each of these mistakes is found by both: in the editor, and with its line by the program."""
    assert old in MINE
    text = MINE.replace(old, new, 1)
    assert not CHECK.is_valid(tomllib.loads(text))
    with pytest.raises(MusicError, match=r"^mine\.toml:\d+: "):
        parse_palette(text, "mine", "mine.toml")
    CHECK.validate(tomllib.loads(MINE))


def blocks():
    """Return the TOML examples of the guide, the first of them a whole palette.

    Those of book.toml, where the guide comes to the reader's own music, are none of its.
    """
    of_palettes = GUIDE.partition("\n# Your own music")[0]
    return re.findall(r"^```toml\n(.*?)^```", of_palettes, re.MULTILINE | re.DOTALL)


def test_the_guides_first_palette_is_one():
    """Whoever copies it has music at once, and an editor with the schema agrees."""
    text = blocks()[0]
    CHECK.validate(tomllib.loads(text))
    palette = parse_palette(text, "lullaby", "lullaby.toml")
    mood = palette.mood("tender")
    score = compose(open_cues(60 * SAMPLE_RATE), palette, mood, "1")
    assert {note.instrument for note in score.notes} == {"harp", "flute"}
    assert f"lullaby.toml:{1 + text[: text.index('lead =')].count(chr(10))}: " in GUIDE


@pytest.mark.parametrize("example", blocks()[1:], ids=lambda text: text.split("\n")[0])
def test_the_guides_examples_are_of_the_schema(example):
    """Each of the guide's pieces of a palette is what the schema allows there."""
    whole = tomllib.loads(EVERYTHING)
    for name, value in tomllib.loads(example).items():
        whole[name] = value
    assert not [e.message for e in CHECK.iter_errors(whole)]


def test_the_guide_names_every_key_model_and_parameter():
    """Nothing that a palette may say is left for its writer to guess."""
    shown = {}
    for example in blocks():
        merge(shown, tomllib.loads(example))
    mood = SCHEMA["properties"]["moods"]["additionalProperties"]["properties"]
    scored = SCHEMA["properties"]["instruments"]["additionalProperties"]["properties"]
    assert set(shown["moods"]["tender"]) == set(mood)
    assert set(shown["instruments"]["dombra"]) == set(scored)
    assert set(shown["form"]) == set(SCHEMA["properties"]["form"]["properties"])
    assert all(f"`{key}`" in GUIDE or key in shown for key in SCHEMA["properties"])
    for model in MODELS:
        assert f"`{model}`" in GUIDE
        for p in instrument(model).parameters():
            limits = f"{p.low:g} to {p.high:g}".replace("-", "−")
            assert f"| `{p.name}` | {limits}" in GUIDE, f"{model}: {p.name}"
    for palette in PALETTES:
        assert f"| `{palette}` |" in GUIDE


def merge(into, values):
    for key, value in values.items():
        if isinstance(value, dict) and key in into:
            merge(into[key], value)
        else:
            into[key] = value
