#!/bin/sh
# Installs the system packages that are missing: dev/packages.sh build|services|tests.
#
# `build` is what .venv needs, `services` adds PostgreSQL and Redis, and `tests` adds what only the tests start.
# Works on Debian, Ubuntu and their kin, as root or with a sudo that asks for no password, and starts no service.
# It names the packages first, and asks if a terminal is attached. NCO_NO_INSTALL=1 forbids the installation.
set -eu
cd "$(dirname "$0")/.."

has() {
    command -v "$1" >/dev/null 2>&1
}

has_any() {
    for program in "$@"; do
        ! has "$program" || return 0
    done
    return 1
}

has_postgresql() {
    has_any initdb /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb
}

browser_package() {
    # Without windows, Chromium takes half the computing time; Ubuntu has the whole browser only.
    if grep -qs '^ID=debian' /etc/os-release; then echo chromium-headless-shell; else echo chromium; fi
}

missing_packages() {
    [ -x .venv/bin/python ] || dev/python.sh >/dev/null || echo python3-venv python3-dev
    has pg_config || echo libpq-dev
    has_any cc gcc || echo build-essential
    [ "$1" != build ] || return 0
    has_postgresql || echo postgresql
    has_any redis-server valkey-server || echo redis-server
    [ "$1" != services ] || return 0
    has curl || echo curl
    has_any pgbouncer /usr/sbin/pgbouncer || echo pgbouncer
    [ -n "${CHROMIUM:-}" ] ||
        has_any chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable || browser_package
}

stop() {
    echo "$1" >&2
    exit 1
}

confirm() {
    echo "These system packages are missing: $packages"
    [ -t 0 ] && [ -t 1 ] || return 0
    printf 'Install them with apt-get? [Y/n] '
    read -r answer
    case $answer in '' | [yY]*) ;; *) stop "Install them first: apt-get install $packages" ;; esac
}

as_root() {
    $sudo "$@"
}

# Debian starts services when it installs them, unless this file exists and says no.
policy=/usr/sbin/policy-rc.d
# Debian makes a cluster when it installs PostgreSQL, unless this file exists and says no.
clusters=/etc/postgresql-common/createcluster.conf

forbid_services() {
    if ! [ -e "$policy" ]; then
        trap 'as_root rm -f "$policy"' EXIT
        trap 'exit 1' INT TERM
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod +x "$policy"
    fi
    if ! has_postgresql && ! [ -e "$clusters" ]; then
        as_root mkdir -p "$(dirname "$clusters")"
        echo 'create_main_cluster = false' | as_root tee "$clusters" >/dev/null
    fi
}

purpose=${1:?say what for: build, services or tests}
packages=$(missing_packages "$purpose" | xargs)
[ -n "$packages" ] || exit 0

by_hand="Install the missing system packages first: apt-get install $packages"
[ -z "${NCO_NO_INSTALL:-}" ] || stop "$by_hand"
has apt-get || stop "This machine lacks what these packages of Debian contain, install their like: $packages"
sudo=
if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || stop "$by_hand"
    sudo=sudo
fi

confirm
forbid_services
as_root apt-get update -q
# shellcheck disable=SC2086 # one word for each package
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages

still_missing=$(missing_packages "$purpose" | xargs)
[ -z "$still_missing" ] || stop "After the installation, something of these packages is still missing: $still_missing"
