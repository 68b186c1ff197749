#!/usr/bin/env bash
# venv.sh DIR: make an empty virtual environment, with apt's help where Python came without venv.
set -euo pipefail
dir=$1
python=${PYTHON:-python3}

if ! command -v "$python" >/dev/null; then
    REQUIRED=1 bash "$(dirname "$0")/debian.sh" python3 python3-venv
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "venv.sh: fundalign needs Python 3.11 or newer; $python is $("$python" --version)" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    REQUIRED=1 bash "$(dirname "$0")/debian.sh" python3-venv
fi
"$python" -m venv --clear "$dir"
