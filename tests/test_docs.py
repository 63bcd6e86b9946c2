"""README and help are held against the commands themselves."""

import ast
import re
import shlex
from pathlib import Path

import click
import pytest

from audiobook.cli import COMMANDS, app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PROMISES = (ROOT / "SECURITY.md").read_text("utf-8").partition("## What is promised")[2]
PROMISES = PROMISES.partition("## What is not promised")[0]
# Commands whose help lists other commands, and those.
NAMES = [*COMMANDS, "cache info", "cache prune", "lexicon check"]
SHORTEST_TERMINAL = 80
# Options whose absence needs no explanation: what they are about is then not done.
WITHOUT_DEFAULT = {"--out", "--say", "--help", "--midi", "--picture"}


def find(words):
    """Return the command that words lead to, and the rest of them."""
    command, rest = app, list(words)
    context = click.Context(app, info_name="audiobook")
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        _, command, rest = command.resolve_command(context, rest)
        assert command is not None, words
    return command, rest


def typed(text):
    """Yield the words after `audiobook` of every command in a text, up to a comment or a pipe."""
    for line in text.splitlines():
        match = re.match(r"\s*(?:\$ )?(?:\.venv/bin/)?audiobook\s+(\S.*)", line)
        if match:
            words = shlex.split(match[1], comments=True)
            end = next((i for i, word in enumerate(words) if word in ("|", ">", ">>")), None)
            yield words[:end]


def in_readme():
    """Yield every command in README: in code blocks, and in the running text."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    for block in blocks:
        yield from typed(block)
    text = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    for span in re.findall(r"`([^`]+)`", text):
        yield from typed(" ".join(span.split()))


def helped(name):
    """Return a command's help, as a terminal of usual width shows it."""
    command, _ = find(name.split())
    context = click.Context(command, info_name=name, max_content_width=SHORTEST_TERMINAL)
    return command.get_help(context)


def options(name):
    command, _ = find(name.split())
    return [p for p in command.params if isinstance(p, click.Option)]


def check_command(words):
    """Parse a command as it would be typed, and do not run it."""
    command, rest = find(words)
    if command is app or isinstance(command, click.Group) or (rest == [] and len(words) == 1):
        return  # only named
    command.make_context(" ".join(words[:1]), rest)


def test_readme_holds_commands():
    """The search for them finds those in code blocks and those in the text."""
    found = list(in_readme())
    assert len(found) >= 15
    assert ["doctor"] in found
    assert any(words[0] == "build" for words in found)


@pytest.mark.parametrize("words", list(in_readme()), ids=shlex.join)
def test_what_readme_shows_can_be_typed(words):
    """Every command, option and value in README is accepted."""
    check_command(words)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_in_readme(name):
    """A command that README does not name is not found by anybody."""
    assert name in {words[0] for words in in_readme()}


@pytest.mark.parametrize("words", [["buidl"], ["build", "--musik", "none"], ["locate", "out"]])
def test_a_mistake_in_readme_would_be_found(words):
    """The check refuses what the command line refuses."""
    with pytest.raises(click.UsageError):
        check_command([*words, "more"] if words == ["buidl"] else words)


@pytest.mark.parametrize("name", NAMES)
def test_help_has_an_example_that_can_be_typed(name):
    """The examples come last, one a line, and each is accepted."""
    text = helped(name)
    _, marker, examples = text.rpartition("Example")
    assert marker
    found = list(typed(examples.partition(":\n")[2]))
    assert found
    for words in found:
        assert " ".join(words).startswith(name)
        check_command(words)


@pytest.mark.parametrize("name", NAMES)
def test_help_says_what_every_option_is_without_it(name):
    """Each option has a sentence, and those with a value name their default."""
    for option in options(name):
        assert option.help, option.opts
        if not option.is_flag and not WITHOUT_DEFAULT & set(option.opts):
            assert "[default: " in option.help, f"{name} {option.opts[-1]}"
    assert "\b" not in helped(name)


@pytest.mark.parametrize("name", [*COMMANDS, "info", "prune"])
def test_summaries_are_not_cut(name):
    """In the list of commands each has its whole sentence on one line."""
    listed = helped("") if name in COMMANDS else helped("cache")
    line = next(line for line in listed.splitlines() if line.startswith(f"  {name} "))
    assert line.endswith(".")
    assert not line.endswith("...")


def test_the_list_of_commands_has_examples_that_can_be_typed():
    """Whoever asks for help first sees how a day with the program goes."""
    found = list(typed(helped("").partition("Examples:")[2]))
    assert len(found) >= 4
    for words in found:
        check_command(words)


@pytest.mark.parametrize("promise", re.findall(r"^- .*\n(?:  .*\n)*", PROMISES, re.MULTILINE))
def test_every_promise_of_security_names_tests_that_exist(promise):
    """What SECURITY.md promises is held by a test, under the name that it gives."""
    named = re.findall(r"`(tests/\w+\.py)::(\w+)`", promise)
    assert named, promise
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
