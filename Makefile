# `make check` and `make test` are exactly what .ci/run does.
.PHONY: check test oracle bench whatifs picture report-picture reference docs clean

check:            # clean install of a clean build, ruff, strict mypy, the layout test
	bash tools/check.sh

test:             # every test, against an editable install in .venv
	bash tools/test.sh

oracle: .venv     # the solver against brute force on 500 random tiny cases, 300 re-plans …; the tests have part of them
	ORACLE_CASES=500 REPLAN_CASES=300 WHATIF_CASES=200 WHY_CASES=30 LINE_CASES=60 FRONTIER_CASES=72 EXAMPLES=1 PLANTED_CASES=500 \
		.venv/bin/python -m pytest -n 2 tests/oracle/test_frontier.py \
		tests/oracle/test_against_oracle.py tests/oracle/test_replans.py tests/oracle/test_why.py \
		tests/optimizer/test_effects.py tests/optimizer/test_lines.py tests/test_invariants.py tests/explain/test_planted.py

bench: .venv      # our search beside four other solvers; docs/benchmarks from it. BENCH="hard-100 --seconds 300"
	.venv/bin/python -m pip install -q -c constraints.txt -e '.[bench]'
	.venv/bin/python tools/bench/bench.py $(BENCH)

whatifs: .venv    # warm what-ifs beside cold ones; docs/benchmarks/whatifs.md from it. WHATIFS="hard-100 --changes 5"
	.venv/bin/python tools/bench/bench_whatifs.py $(WHATIFS) --out docs/benchmarks/whatifs.md

picture: .venv    # docs/quantum.svg from a real run
	.venv/bin/python tools/picture.py

report-picture: .venv  # docs/report.png, the top of a report, from a real run
	.venv/bin/python tools/report_picture.py

reference: .venv  # docs/reference.md from the row models, the settings and the command line
	.venv/bin/python tools/reference/reference.py

docs: .venv       # the documentation site in docs/_build/html; a warning is an error
	.venv/bin/python -m sphinx -b html -W --keep-going -q docs docs/_build/html

.venv: pyproject.toml constraints.txt
	bash tools/venv.sh .venv
	.venv/bin/python -m pip install -q -c constraints.txt -e '.[dev]'
	touch .venv

clean:
	rm -rf build dist docs/_build *.egg-info .venv-check .mypy_cache .ruff_cache .pytest_cache .hypothesis
