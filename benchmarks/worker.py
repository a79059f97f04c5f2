"""Runs one benchmark in this process: python -m benchmarks.worker NAME [--profile] [--check].

The environment names the database. Called by `python -m benchmarks`, which makes the database.
"""

import cProfile
import importlib
import logging
import pstats
import sys
from io import StringIO

import django

from benchmarks import measure
from benchmarks.catalog import BENCHMARKS
from dev.paths import ROOT

LINES_SHOWN = 45


def main(name: str, profile: bool, check: bool) -> int:
    """Run a benchmark; return 1 if it exceeds a limit that is to be checked."""
    django.setup()
    # Refused requests are part of no benchmark; an error raises, and is seen anyway.
    logging.disable(logging.ERROR)
    from django.conf import settings

    from dev.admin import ensure_superuser

    ensure_superuser()
    # Some benchmarks need more types than users may create by default.
    settings.PLUGINS_CONFIG['netbox_custom_objects']['max_custom_object_types'] = 0
    benchmark = importlib.import_module(f'benchmarks.{BENCHMARKS[name].module}')
    if not profile:
        benchmark.run()
        return int(not measure.print_limits() and check)
    profiler = cProfile.Profile()
    # The benchmark says which part is worth it.
    benchmark.run(profiler)
    for order in ('tottime', 'cumulative'):
        print_profile(profiler, order)
    print_profile(profiler, 'cumulative', 'netbox_custom_objects/')
    return 0


def print_profile(profiler, order, *restrictions) -> None:
    text = StringIO()
    pstats.Stats(profiler, stream=text).sort_stats(order).print_stats(*restrictions, LINES_SHOWN)
    packages = str(ROOT / '.venv') + '/lib/python'
    for line in text.getvalue().splitlines():
        print(line.replace(packages, '~').replace(f'{ROOT}/', ''))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], '--profile' in sys.argv, '--check' in sys.argv))
