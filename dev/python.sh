#!/bin/sh
# Prints a Python that can make the virtual environment: 3.12 or later, with venv and headers. Fails if there is none.
set -eu

# A pyenv shim exists for versions that are not active, and distributions pack parts of Python separately,
# so each candidate is asked what it really is. The header is what psycopg is compiled with.
is_usable() {
    "$1" -c '
import ensurepip, os, sys, sysconfig
header = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(sys.version_info < (3, 12) or not os.path.exists(header))' 2>/dev/null
}

for candidate in ${PYTHON:-} python3.13 python3.12 python3 "$HOME"/.pyenv/versions/3.*/bin/python3; do
    if is_usable "$candidate"; then
        echo "$candidate"
        exit
    fi
done
candidate=$(uv python find '>=3.12' 2>/dev/null) && is_usable "$candidate" && echo "$candidate"
