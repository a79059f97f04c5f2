#!/bin/sh
# Makes the virtual environment .venv and installs the plugin into it with all development tools.
# Does nothing if pyproject.toml has not changed since. What it compiles with comes from dev/packages.sh.
set -eu
cd "$(dirname "$0")/.."

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

if ! [ -x .venv/bin/python ]; then
    python=$(dev/python.sh)
    echo "Making .venv with $("$python" --version)."
    "$python" -m venv .venv
fi
echo 'Installing the plugin and its development tools into .venv.'
.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
cp pyproject.toml "$stamp"
