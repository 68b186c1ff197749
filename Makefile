# `make check` and `make test` are exactly what .ci/run does.
.PHONY: check test bench picture clean

check:            # clean install of a clean build, ruff, strict mypy, the layout test
	bash tools/check.sh

test: .venv       # every test, against an editable install
	.venv/bin/python -m pytest -n 2

bench: .venv      # our search beside four other solvers; docs/benchmarks from it. BENCH="hard-100 --seconds 300"
	.venv/bin/python -m pip install -q -c constraints.txt -e '.[bench]'
	.venv/bin/python tools/bench.py $(BENCH)

picture: .venv    # docs/quantum.svg from a real run
	.venv/bin/python tools/picture.py

.venv: pyproject.toml constraints.txt
	bash tools/venv.sh .venv
	.venv/bin/python -m pip install -q -c constraints.txt -e '.[dev]'
	touch .venv

clean:
	rm -rf build dist *.egg-info .venv-check .mypy_cache .ruff_cache .pytest_cache .hypothesis
