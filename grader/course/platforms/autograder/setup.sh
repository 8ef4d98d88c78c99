#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the container.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"

if ! python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 10))' || ! ldconfig -p | grep -q libseccomp.so.2; then
  apt-get update
  apt-get install -y --no-install-recommends python3 python3-venv libseccomp2
fi
python3 -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir -r "$root/source/requirements.txt"
chmod -R go-rwx "$root/source"
