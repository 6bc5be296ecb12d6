#!/bin/sh
# Makes a virtual environment: venv.sh PYTHON FOLDER. Says in a line what is missing where it can't.
set -eu
python=$1 folder=$2
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "ganbaru needs Python 3.11 or newer; '$python' is not (try: make PYTHON=python3.12 ...)" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
fi
if ! "$python" -m venv "$folder"; then
    echo "could not make a virtual environment in $folder (on Debian: apt-get install python3-venv)" >&2
    exit 1
fi
