"""Derive tests/data/orlib.json from the OR-Library files of the multi-dimensional knapsack.

Usage: python tools/derive_orlib.py DATA_DIR [OUT_FILE]

DATA_DIR holds the published files `mknap1.txt` (Petersen's seven problems, optima in the file),
`mknapcb1.txt` (Chu and Beasley's thirty problems of 5 constraints and 100 items) and
`best-feasible-slns.txt` (their best known values). The output keeps all of them, every number as the text the
file has. Same input, same bytes.
Source: OR-Library, J. E. Beasley, MIT licence.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ATTRIBUTION = "OR-Library (J. E. Beasley), MIT licence; mknap1: Petersen 1967; mknapcb1: Chu and Beasley 1998"

Problem = dict[str, object]


def read_problem(words: Iterator[str], name: str) -> Problem:
    """Read items, constraints, optimum (0 when unknown), profits, coefficients by constraint, capacities."""
    items, constraints, optimum = int(next(words)), int(next(words)), next(words)
    profits = [next(words) for _ in range(items)]
    rows = [" ".join(next(words) for _ in range(items)) for _ in range(constraints)]
    capacities = [next(words) for _ in range(constraints)]
    return {
        "name": name,
        "optimum": optimum,
        "profits": " ".join(profits),
        "coefficients": rows,
        "capacities": " ".join(capacities),
    }


def read_problems(path: Path, label: str) -> list[Problem]:
    """Read all problems of a file, named `label-00`, `label-01`, …"""
    words = iter(path.read_text(encoding="ascii").split())
    return [read_problem(words, f"{label}-{n:02d}") for n in range(int(next(words)))]


def read_best_known(path: Path) -> dict[str, str]:
    """Read the first table of best known values (problem name → value)."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="ascii").splitlines():
        words = line.split()
        if len(words) == 2 and "." in words[0] and "-" in words[0]:
            found.setdefault(words[0], words[1])
    return found


def derive(folder: Path) -> dict[str, object]:
    """Return the content of the data file."""
    best = read_best_known(folder / "best-feasible-slns.txt")
    chu_beasley = read_problems(folder / "mknapcb1.txt", "5.100")
    for problem in chu_beasley:
        if problem["optimum"] != best[str(problem["name"])]:
            raise SystemExit(f"{problem['name']}: the two files disagree about the best known value")
    return {"source": ATTRIBUTION, "problems": read_problems(folder / "mknap1.txt", "mknap1") + chu_beasley}


def main(arguments: list[str]) -> None:
    """Write the data file."""
    if len(arguments) not in (1, 2):
        raise SystemExit(__doc__)
    default = Path(__file__).parent.parent / "tests" / "data" / "orlib.json"
    out = Path(arguments[1]) if len(arguments) == 2 else default
    out.write_text(json.dumps(derive(Path(arguments[0])), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {out}")


if __name__ == "__main__":
    main(sys.argv[1:])
