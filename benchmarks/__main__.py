"""Runs benchmarks one after the other, each in a process and on a database of its own.

Use: python -m benchmarks [--profile] [check] [NAME ...]

`check` runs those that have limits, and fails if one is exceeded.
"""

import argparse
import os
import subprocess
import sys

from benchmarks.catalog import BENCHMARKS
from dev import database, services
from dev.paths import ROOT, netbox_environment

# Several checkouts may measure at once, though on a busy machine.
DATABASE = os.environ.get('NCO_BENCH_DATABASE', 'nco_bench')
CHECK = 'check'


def main() -> int:
    names = '\n'.join(f'  {name:<10} {benchmark.title}' for name, benchmark in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks', epilog=names, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('names', nargs='*', metavar='NAME', help='what to measure (default: all of these)')
    parser.add_argument('--profile', action='store_true', help='print where the time is spent instead of a table')
    arguments = parser.parse_args()
    if check := CHECK in arguments.names:
        arguments.names.remove(CHECK)
        arguments.names = arguments.names or [name for name, found in BENCHMARKS.items() if found.is_checked]
    if unknown := set(arguments.names) - set(BENCHMARKS):
        parser.error(f'unknown benchmark: {", ".join(sorted(unknown))}; available: {", ".join(BENCHMARKS)}')
    services.start()
    template = database.ensure_template()
    options = [option for option, is_given in (('--profile', arguments.profile), ('--check', check)) if is_given]
    failed = [name for name in arguments.names or BENCHMARKS if not run(name, template, options)]
    database.drop(DATABASE)
    if failed:
        print(f'Failed: {", ".join(failed)}.', file=sys.stderr)
    return bool(failed)


def run(name: str, template: str, options: list[str]) -> bool:
    """Run one benchmark in a new process, so that none finds what another has left in memory."""
    print(f'\n{name}: {BENCHMARKS[name].title}', flush=True)
    database.clone(DATABASE, template, in_memory=True)
    command = [sys.executable, '-m', 'benchmarks.worker', name, *options]
    code = subprocess.run(command, cwd=ROOT, env=netbox_environment(DATABASE)).returncode
    if code < 0:
        # Otherwise it has said itself what is wrong.
        print(f'{name} was ended by signal {-code}.', file=sys.stderr)
    return code == 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
