#!/usr/bin/env bash
# check.sh: install a clean build of this tree into its own environment, then lint, type-check and hold the layout.
set -euo pipefail
cd "$(dirname "$0")/.."
env=.venv-check

# Never an editable install: mypy -p does not see one. Never from the tree itself: an old build/ would ship.
bash tools/venv.sh "$env"
mkdir "$env/source"
tar -cf - --exclude=./.git --exclude='./.venv*' --exclude=./build --exclude=./dist --exclude='./*.egg-info' \
    --exclude=__pycache__ --exclude='./.*_cache' --exclude=./.hypothesis --exclude='./*-run' . | tar -xf - -C "$env/source"
"$env/bin/python" -m pip install -q -c constraints.txt "./$env/source[dev]"

"$env/bin/ruff" check .
"$env/bin/ruff" format --check .
"$env/bin/mypy" -p fundalign
"$env/bin/python" -m pytest -q tests/test_layout.py
