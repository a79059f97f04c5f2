"""`make bench ARGS=check` fails if a figure exceeds its limit."""

import pytest

from benchmarks import measure
from benchmarks.catalog import BENCHMARKS


@pytest.fixture(autouse=True)
def limits(monkeypatch):
    monkeypatch.setattr(measure, '_limits', [])


def test_limits_are_compared_and_shown(capsys):
    assert measure.print_limits()
    assert capsys.readouterr().out == ''
    measure.limit('a list', 100.0, 119.0, most=1.2)
    measure.limit('bytes of the menu', 0, 60, more=60)
    assert measure.print_limits()
    assert [line.split('  ')[-1] for line in capsys.readouterr().out.splitlines()[2:]] == ['kept', 'kept']
    measure.limit('a page', 10.0, 22.5, most=1.2, more=10)
    assert not measure.print_limits()
    assert '1.2x + 10  EXCEEDED' in capsys.readouterr().out


def test_some_benchmarks_have_limits():
    assert {'linked', 'menu'} <= {name for name, found in BENCHMARKS.items() if found.is_checked}
