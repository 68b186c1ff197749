"""A claim of optimality is doubted: HiGHS has called a plan of value 8.11183 optimal where 8.12643 can be had."""

from pathlib import Path

import pytest

from fundalign.inputs.read import read_case
from fundalign.optimizer.solve import SolveOptions, solve

WRONG = Path(__file__).resolve().parents[1] / "data" / "wrong_optimum"  # a random case on which HiGHS 1.15.1 is wrong


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_wrong_proof_of_optimality_is_found_out(seed: int) -> None:
    run = solve(read_case(WRONG), SolveOptions(gap=0.0, seed=seed))
    assert run.report.objective == pytest.approx(8.12643, abs=1e-5)
    assert run.report.status == "optimal"
