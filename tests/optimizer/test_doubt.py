"""A claim of optimality is doubted: HiGHS has called a plan of value 8.11183 optimal where 8.12643 can be had."""

import random

import pytest

from fundalign.optimizer.solve import SolveOptions, solve

from ..variations import shuffled, tiny


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_wrong_proof_of_optimality_is_found_out(seed: int) -> None:
    case = shuffled(tiny(1221), random.Random(1902978201)).case
    run = solve(case, SolveOptions(gap=0.0, seed=seed))
    assert run.report.objective == pytest.approx(8.12643, abs=1e-5)
    assert run.report.status == "optimal"
