#!/usr/bin/env bash
# debian.sh PACKAGE …: install Debian packages where they are missing and that can be done; otherwise say which are missing.
set -euo pipefail
missing=()
for package in "$@"; do
    if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then missing+=("$package"); fi
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
run=()
if [ "$(id -u)" -ne 0 ]; then run=(sudo -n); fi
if ! command -v apt-get >/dev/null || { [ ${#run[@]} -gt 0 ] && ! "${run[@]}" true 2>/dev/null; }; then
    echo "debian.sh: not installed, and this user cannot: ${missing[*]}" >&2
    exit "${REQUIRED:-0}"
fi
echo "debian.sh: apt-get install ${missing[*]}" >&2
"${run[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
