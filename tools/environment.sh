#!/bin/sh
# Make the virtual environment $1 and install lock file $2 into it. Installs Python where there is none; Debian ships it
# without its venv module.
set -eu
find_python() { command -v python3.11 || command -v python3; }
find_python >/dev/null || sh "$(dirname "$0")/apt.sh" python3 python3-venv
python=$(find_python)
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; $python is older." >&2
    exit 1
fi
if [ ! -x "$1/bin/pip" ]; then
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        sh "$(dirname "$0")/apt.sh" python3-venv
    fi
    rm -rf "$1"
    "$python" -m venv "$1"
fi
# Modules are compiled when they are first imported: most of them never are. The lock file names all there is to install:
# to look for what each of them requires would take a third of the time.
"$1/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile -r "$2"
