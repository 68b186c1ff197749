"""TOML that would break a careless reader: an empty key, numbers far too large, nesting without end."""

import shutil
from pathlib import Path

import pytest

from fundalign.inputs.faults import InputError
from fundalign.inputs.read import read_case
from fundalign.inputs.shipped import shipped_path


def faults(tmp_path: Path, file: str, text: str) -> list[tuple[str, str]]:
    folder = tmp_path / "case"
    shutil.copytree(shipped_path("tiny"), folder)
    whole = text + (folder / file).read_text(encoding="utf-8") if file == "case.toml" else text
    (folder / file).write_text(whole, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_case(folder)
    return [(fault.file, fault.expected) for fault in caught.value.faults]


@pytest.mark.parametrize("file", ["case.toml", "scenarios.toml"])
def test_an_empty_key_is_an_unknown_setting_and_hides_nothing(tmp_path: Path, file: str) -> None:
    assert {name for name, _ in faults(tmp_path, file, '"" = 3\n')} == {file}


@pytest.mark.parametrize(
    "line",
    ["weights = " + "9" * 5000, "weights = 1e-99999999999999999999999", "weights = " + "[" * 20000 + "]" * 20000],
    ids=["digits", "exponent", "nesting"],
)
def test_what_no_number_can_hold_is_a_fault(tmp_path: Path, line: str) -> None:
    assert faults(tmp_path, "case.toml", line + "\n") == [("case.toml", "TOML such as periods = 8")]
