"""What is installed: within bounds, exactly locked, known by licence, and looked up for holes."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "script" / "requirements.lock").read_text("utf-8")
LICENCES = (ROOT / "docs" / "licences.md").read_text("utf-8")
EXTRAS = PROJECT["project"]["optional-dependencies"]
RUNTIME = [*PROJECT["project"]["dependencies"], *(d for extra in EXTRAS.values() for d in extra)]
ALL = [*RUNTIME, *PROJECT["dependency-groups"]["dev"], *PROJECT["build-system"]["requires"]]


def locked():
    """Return what the lock says of each package: its requirement, its hashes, who asks for it."""
    found = {}
    for entry in re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.MULTILINE)[1:]:
        requirement = Requirement(entry.partition("\\")[0].strip())
        asked = re.findall(r"via (.*)|^    #   (.*)", entry, re.MULTILINE)
        by = {name.strip() for pair in asked for part in pair for name in part.split(",")}
        name = canonicalize_name(requirement.name)
        assert name not in found, f"{name} is locked twice"
        found[name] = (requirement, re.findall(r"--hash=sha256:([0-9a-f]{64})", entry), by)
    return found


def rows():
    """Return the cells of every row of the tables of licences, by what stands in the first."""
    lines = [line.strip("| ").split(" | ") for line in LICENCES.splitlines() if line[:2] == "| "]
    return {cells[0]: cells for cells in lines}


@pytest.mark.parametrize("asked", ALL)
def test_the_lock_has_what_is_asked_for(asked):
    """Each dependency is locked once, at a version within its bounds, wherever it is needed."""
    wanted = Requirement(asked)
    found, _, _ = locked()[canonicalize_name(wanted.name)]
    (pin,) = found.specifier
    assert wanted.specifier.contains(pin.version), "run script/lock"
    assert (found.marker is None) == (wanted.marker is None)


@pytest.mark.parametrize("asked", ALL)
def test_every_dependency_has_bounds(asked):
    """From the version that is known to do, to the next that may break it."""
    signs = {s.operator for s in Requirement(asked).specifier}
    assert signs == {"=="} or {">=", "<"} <= signs


def test_the_lock_is_exact_and_names_no_host():
    """Every package has one version and hashes of its files; where from is the user's affair."""
    packages = locked()
    assert len(packages) > len(ALL)
    for requirement, hashes, _ in packages.values():
        assert [s.operator for s in requirement.specifier] == ["=="]
        assert hashes
    assert not re.search(r"https?:|file:|--index|--find-links|--extra|--trusted| @ ", LOCK)


def test_what_is_locked_is_what_is_installed():
    """Bootstrap asks for hashes, and the only thing without one is the checkout itself."""
    script = (ROOT / "script" / "bootstrap").read_text("utf-8")
    installs = re.findall(r"^install (.*)$", script, re.MULTILINE)
    assert installs[-1] == "--no-deps --no-build-isolation --editable ."
    assert all(line.startswith("--require-hashes ") for line in installs[:-1])


@pytest.mark.parametrize("asked", RUNTIME)
def test_every_runtime_dependency_has_its_licence_listed(asked):
    """docs/licences.md has it with the versions that pyproject.toml allows."""
    wanted = Requirement(asked)
    _, versions, licence, about = rows()[canonicalize_name(wanted.name)]
    assert set(versions.split(",")) == set(map(str, wanted.specifier))
    assert licence
    assert about


def test_what_dependencies_need_has_its_licence_listed():
    """So has whatever they bring along, by what the lock says of who asks for what."""
    packages = locked()
    needed = {canonicalize_name(Requirement(d).name) for d in RUNTIME}
    while True:
        more = {n for n, (_, _, by) in packages.items() if by & needed} - needed
        if not more:
            break
        needed |= more
    assert {"requests", "certifi", "docopt"} <= needed
    listed = {name for name, cells in rows().items() if len(cells) in (2, 4)}
    assert needed <= listed
    assert listed - needed <= {"package", "---"}


def test_the_licence_of_the_project_is_told():
    """GPL-3.0-or-later, in the metadata, in full, and with its reason in README."""
    assert PROJECT["project"]["license"] == "GPL-3.0-or-later"
    assert "GNU GENERAL PUBLIC LICENSE" in (ROOT / "LICENSE").read_text("utf-8")
    readme = " ".join((ROOT / "README.md").read_text("utf-8").partition("## Licence")[2].split())
    assert "GPL-3.0-or-later" in readme
    assert "espeak-ng" in readme
    assert "mutagen" in readme


@pytest.fixture
def audit(monkeypatch):
    """Return the audit's judgement of a report, with what is accepted."""
    place = ROOT / "script" / "audit.py"
    spec = importlib.util.spec_from_file_location("audit", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def judge(vulnerabilities, accepted=()):
        package = {"name": "holey", "version": "1", "vulns": vulnerabilities}
        monkeypatch.setattr(module, "_report", lambda: {"dependencies": [package]})
        monkeypatch.setattr(module, "_accepted", lambda: list(accepted))
        module.main()

    return judge


HOLE = {"id": "PYSEC-2", "aliases": ["CVE-1"], "fix_versions": ["2"]}


def test_a_known_vulnerability_fails_unless_it_is_accepted_with_a_reason(audit, capsys):
    """By any of its names; an entry without a reason is none, and one too many is named."""
    with pytest.raises(SystemExit):
        audit([HOLE])
    assert "holey: PYSEC-2, mended in 2" in capsys.readouterr().err
    entry = {"id": "CVE-1", "package": "holey", "reason": "never called"}
    audit([HOLE], [entry])
    with pytest.raises(SystemExit):
        audit([HOLE], [{**entry, "reason": ""}])
    audit([], [entry])
    assert "no longer there" in capsys.readouterr().out
