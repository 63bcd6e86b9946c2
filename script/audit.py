"""The lock in, known vulnerabilities of what it installs out; see script/audit."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TIMEOUT_S = 300


def main() -> None:
    accepted = _accepted()
    report = _report()
    looked_up = [p for p in report["dependencies"] if "skip_reason" not in p]
    if not looked_up:
        print("vulnerabilities: could not be looked up (nobody answers who knows them)")
        return
    found = [(p["name"], v) for p in looked_up for v in p.get("vulns", [])]
    new = [(name, v) for name, v in found if not any(_is_about(a, name, v) for a in accepted)]
    for name, vulnerability in new:
        fixed = ", ".join(vulnerability.get("fix_versions", [])) or "no version"
        print(f"{name}: {vulnerability['id']}, mended in {fixed}", file=sys.stderr)
    for entry in accepted:
        if not any(_is_about(entry, name, v) for name, v in found):
            print(f"{entry['package']}: {entry['id']} is accepted and no longer there; remove it")
    print(
        f"vulnerabilities: {len(looked_up)} of {len(report['dependencies'])} packages looked up, "
        f"{len(found)} known, {len(found) - len(new)} accepted"
    )
    if new:
        sys.exit("script/lock --upgrade-package NAME takes a newer one; or see script/audit.toml")


def _accepted() -> list[dict[str, str]]:
    return list(tomllib.loads((HERE / "audit.toml").read_text("utf-8")).get("accepted", []))


def _report() -> dict[str, Any]:
    """Ask the tool; an empty report where it has no answer."""
    asked = ["--disable-pip", "--require-hashes", "--requirement", HERE / "requirements.lock"]
    shown = ["--progress-spinner", "off", "--format", "json", "--timeout", "20"]
    command = [sys.executable, "-m", "pip_audit", *asked, *shown]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=TIMEOUT_S)
        return dict(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, ValueError):
        return {"dependencies": []}


def _is_about(entry: dict[str, str], name: str, vulnerability: dict[str, Any]) -> bool:
    known_as = {vulnerability["id"], *vulnerability.get("aliases", [])}
    return (
        bool(entry["reason"].strip())
        and entry["package"].lower() == name.lower()
        and entry["id"] in known_as
    )


if __name__ == "__main__":
    main()
