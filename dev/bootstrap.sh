#!/bin/sh
# Makes the virtual environment .venv and installs the plugin into it with all development tools.
# Does nothing if pyproject.toml has not changed since; finds a Python by itself; asks for what is missing.
set -eu
cd "$(dirname "$0")/.."

stop() {
    echo "$1" >&2
    exit 1
}

# A pyenv shim exists for versions that are not active, and distributions pack parts of Python separately,
# so each candidate is asked what it really is. The header is what psycopg is compiled with.
is_usable() {
    "$1" -c '
import ensurepip, os, sys, sysconfig
header = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(sys.version_info < (3, 12) or not os.path.exists(header))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3.13 python3.12 python3 "$HOME"/.pyenv/versions/3.*/bin/python3; do
        if is_usable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    candidate=$(uv python find '>=3.12' 2>/dev/null) && is_usable "$candidate" && echo "$candidate"
}

# NetBox needs psycopg[c], which is compiled against libpq on this machine.
check_build_tools() {
    command -v pg_config >/dev/null ||
        stop 'pg_config was not found, which psycopg needs; install it with: apt-get install libpq-dev'
    command -v cc >/dev/null || command -v gcc >/dev/null ||
        stop 'A C compiler was not found, which psycopg needs; install one with: apt-get install build-essential'
}

python_missing='Python 3.12 or later with venv and headers was not found; install one with: '
python_missing="${python_missing}apt-get install python3-venv python3-dev, or: uv python install 3.12"

stamp=.venv/pyproject.stamp

is_current() {
    [ -x .venv/bin/python ] && cmp -s pyproject.toml "$stamp"
}

is_current && exit 0

# Two commands at once must not install at the same time. The lock ends with this script.
mkdir -p .dev
exec 9>.dev/bootstrap.lock
if command -v flock >/dev/null; then
    flock 9
    is_current && exit 0
fi

check_build_tools
if ! [ -x .venv/bin/python ]; then
    python=$(find_python) || stop "$python_missing"
    echo "Making .venv with $("$python" --version)."
    "$python" -m venv .venv
fi
echo 'Installing the plugin and its development tools into .venv.'
.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
cp pyproject.toml "$stamp"
