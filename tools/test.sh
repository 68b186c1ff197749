#!/usr/bin/env bash
# test.sh [PYTEST ARGUMENTS]: install what the tests need (browser and office from Debian, packages into .venv), run them all.
# Tests of pages and workbooks are skipped, and say so, where there is no browser or office.
set -euo pipefail
cd "$(dirname "$0")/.."
bash tools/debian.sh chromium chromium-driver libreoffice-calc poppler-utils fonts-dejavu-core
if [ ! -x .venv/bin/python ]; then bash tools/venv.sh .venv; fi
.venv/bin/python -m pip install -q -c constraints.txt -e '.[dev]'
exec .venv/bin/python -m pytest -n 2 --dist worksteal "$@"
