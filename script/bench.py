"""Measures the program and prints one table; see script/bench."""

from __future__ import annotations

import argparse
import os
import platform
import sys

from measures import all_measures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--only", metavar="PART", default="", help="part of a measure's name")
    parser.add_argument("--long", action="store_true", help="also what takes many minutes")
    parser.add_argument("--seeds", metavar="WORD", help="measure music on seeds made from a word")
    asked = parser.parse_args()
    if asked.seeds:
        os.environ["BENCH_SEEDS"] = asked.seeds
    rows = []
    for measure in all_measures(long=asked.long):
        if asked.only in measure.name:
            print(f"measuring: {measure.name} ...", file=sys.stderr)
            rows.append((measure.name, measure.take(), measure.bar))
    cores = len(os.sched_getaffinity(0))
    print(f"\n{cores} cores, Python {platform.python_version()}\n")
    print("| measure | measured | bar |\n| --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
