"""Names of sheets that every spreadsheet program takes: short, without signs that mean something, each once."""

from collections.abc import Sequence

LONGEST = 31
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Return a valid and unique name for each title, in order."""
    found: list[str] = []
    taken: set[str] = set()
    for title in titles:
        base = " ".join(title.translate(FORBIDDEN).split()).strip("'")[:LONGEST].strip() or "Sheet"
        base = "Sheet" if base.lower() == "history" else base
        name, number = base, 2
        while name.lower() in taken:
            ending = f" {number}"
            name, number = f"{base[: LONGEST - len(ending)]}{ending}", number + 1
        taken.add(name.lower())
        found.append(name)
    return found
