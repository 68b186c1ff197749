"""How sizes, seconds and memory grow with the number of initiatives, with growth exponents; small cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench_cases import SMALL, size_of
from bench_evaluate import Record, Row, geometric_mean, middle
from bench_metrics import exponent
from bench_text import NEVER, number, table

Column = tuple[str, Callable[[list[Record], Row | None], float | None], int]


def _of(name: str) -> Callable[[list[Record], Row | None], float | None]:
    return lambda programs, _: middle(programs, name)


def _time(which: str | float) -> Callable[[list[Record], Row | None], float | None]:
    return lambda _, ours: None if ours is None else ours.times(which)[0].median


COLUMNS: tuple[Column, ...] = (
    ("columns", _of("columns"), 9),
    ("rows", _of("rows"), 9),
    ("nonzeros", _of("nonzeros"), 9),
    ("build s", _of("build"), 3),
    ("compile s", _of("compile"), 3),
    ("LP s", _of("lp_seconds"), 3),
    ("first plan s", _time("first"), 3),
    ("5 % s", _time(0.05), 3),
    ("1 % s", _time(0.01), 3),
    ("build MB", _of("memory"), 4),
    ("search MB", lambda _, ours: None if ours is None else ours.values("memory").median, 4),
)


def scale_lines(kind: str, programs: Sequence[Record], rows: dict[str, list[Row]]) -> list[str]:
    """Return the table of one kind of generated case; nothing below two sizes."""
    sizes = sorted({s[1] for p in programs if (s := size_of(p["case"])) and s[0] == kind})
    if len(sizes) < 2:
        return []
    values: list[list[float | None]] = []
    for size in sizes:
        case = f"{kind}-{size}"
        mine = [p for p in programs if p["case"] == case]
        ours = next((row for row in rows.get(case, []) if row.solver == "ours"), None)
        values.append([column(mine, ours) for _, column, _ in COLUMNS])
    cells = [
        [str(size), *(number(value, digits) for value, (_, _, digits) in zip(line, COLUMNS, strict=True))]
        for size, line in zip(sizes, values, strict=True)
    ]
    slopes = [exponent(sizes, [line[k] for line in values]) for k in range(len(COLUMNS))]
    cells.append(["exponent", *(NEVER if slope is None else f"{slope:.2f}" for slope in slopes)])
    return [*table([f"{kind}-N", *(name for name, _, _ in COLUMNS)], cells), ""]


def form_lines(lines: Sequence[Record], programs: Sequence[Record]) -> list[str]:
    """Return the compact form beside the line-by-line one, where the latter has been built."""
    by_case = {(p["case"], p["seed"]): p for p in programs}
    cells = []
    for record in sorted(lines, key=lambda r: size_of(r["case"]) or ("", 0)):
        compact = by_case.get((record["case"], record["seed"]))
        if compact is None or "columns" not in record:
            continue
        bounds = record["lp_bound"], compact["lp_bound"]
        apart = None if None in bounds else 100 * (bounds[1] - bounds[0]) / abs(bounds[0])
        cells.append(
            [
                record["case"],
                number(record["columns"], 9),
                number(compact["columns"], 9),
                f"{compact['columns'] / record['columns']:.3f}",
                number(record["lp_seconds"]),
                number(compact["lp_seconds"]),
                NEVER if apart is None else f"{apart:+.3f} %",
            ]
        )
    headings = ("case", "columns by line", "compact", "ratio", "LP by line s", "LP compact s", "bound, compact to line")
    return [*table(headings, cells), ""] if cells else ["The line-by-line form has not been measured.", ""]


def small_lines(records: Sequence[Record]) -> list[str]:
    """Return the table of the small cases with its summary."""
    if not records:
        return ["Not run.", ""]
    records = sorted(records, key=lambda r: (SMALL.index(r["case"]) if r["case"] in SMALL else len(SMALL), r["case"]))
    cells = [
        [
            record["case"],
            number(record["columns"], 9),
            f"{record['search']:.3f}",
            f"{record['raw']:.3f}",
            f"{record['whole']:.3f}",
            f"{record['search_ratio']:.2f}",
            f"{record['whole_ratio']:.2f}",
            number(record["value"], 7),
            "yes" if record["proved"] else "no",
            "yes" if record["raw_proved"] else "no",
        ]
        for record in records
    ]
    headings = ("case", "columns", "search s", "HiGHS s", "whole s", "search / HiGHS", "whole / HiGHS", "value")
    ratios = [record["search_ratio"] for record in records]
    whole = geometric_mean([record["whole_ratio"] for record in records])
    total = sum(record["search"] for record in records) / sum(record["raw"] for record in records)
    summary = (
        f"Search to HiGHS alone: geometric mean {geometric_mean(ratios):.2f}, largest {max(ratios):.2f}, all seconds "
        f"together {total:.2f} (aim: 1.2). Whole solve: geometric mean {whole:.2f}."
    )
    return [summary, "", *table((*headings, "proved", "by HiGHS"), cells), ""]
