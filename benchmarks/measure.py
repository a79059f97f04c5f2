"""Timing, counting queries, and printing aligned tables."""

import gc
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from django.db import connections
from django.test import Client

from dev.admin import TOKEN


@dataclass(frozen=True)
class Limit:
    """What the same work costs natively and here, and the most that it may cost: `native` times `most` plus `more`."""

    name: str
    native: float
    ours: float
    most: float = 1.0
    more: float = 0.0

    @property
    def limit(self) -> str:
        parts = f'{self.most:g}x' if self.native else '', f'{self.more:g}' if self.more else ''
        return ' + '.join(filter(None, parts))

    @property
    def is_kept(self) -> bool:
        return self.ours <= self.native * self.most + self.more


# Those of this process.
_limits: list[Limit] = []


def limit(name: str, native: float, ours: float, *, most: float = 1.0, more: float = 0.0) -> None:
    """Compare figures with a limit; `make bench ARGS=check` fails if it is exceeded."""
    _limits.append(Limit(name, native, ours, most, more))


def print_limits() -> bool:
    """Print all comparisons with limits; return whether all limits are kept."""
    rows = [
        [
            found.name,
            found.native,
            found.ours,
            found.ours / found.native if found.native else '',
            ' + '.join(
                filter(None, (f'{found.most:g}x' if found.native else '', f'{found.more:g}' if found.more else ''))
            ),
            'kept' if found.is_kept else 'EXCEEDED',
        ]
        for found in _limits
    ]
    if rows:
        print()
        print_table(['', 'native', 'ours', 'ratio', 'limit', ''], rows)
    return all(found.is_kept for found in _limits)


def rest_client() -> Client:
    """Return a client that may do everything over REST."""
    return Client(headers={'Authorization': f'Bearer {TOKEN}'}, raise_request_exception=True)


def browser() -> Client:
    """Return a client that is logged in."""
    from users.models import User

    client = Client(raise_request_exception=True)
    client.force_login(User.objects.get(username='admin'))
    return client


def checked(response, *statuses: int):
    """Return a response if its status is as expected."""
    if response.status_code not in (statuses or (200,)):
        raise SystemExit(f'{response.request["PATH_INFO"]}: {response.status_code} {response.content[:500].decode()}')
    return response


def seconds(call: Callable, collect: bool = True) -> float:
    """Return how long a call takes, by default without garbage that others have left."""
    if collect:
        gc.collect()
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def alternate(calls: dict[str, Callable], rounds: int, warm_up: int = 1) -> dict[str, list[float]]:
    """
    Call each in turn, many times over, and return how long each call took.

    What else the machine does then slows all of them alike.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(warm_up + rounds):
        for name, call in calls.items():
            taken = seconds(call)
            if number >= warm_up:
                times[name].append(taken)
    return times


def queries(call: Callable, *aliases: str) -> int:
    """Return how many queries a call makes on the connections named, by default on main's."""
    count = 0

    def counter(execute, *arguments):
        nonlocal count
        count += 1
        return execute(*arguments)

    with ExitStack() as stack:
        for alias in aliases or ('default',):
            stack.enter_context(connections[alias].execute_wrapper(counter))
        call()
    return count


def median_ms(times: list[float]) -> float:
    return 1000 * statistics.median(times)


def spread(times: list[float]) -> str:
    return f'{1000 * min(times):.1f} to {1000 * max(times):.1f}'


def print_table(columns: list[str], rows: list[list]) -> None:
    """Print rows with the first column to the left and the others to the right; floats get two digits or more."""
    lines = [columns, *[[_text(cell) for cell in row] for row in rows]]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    for line in lines:
        first, *others = (
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths))
        )
        print(f'  {"  ".join([first, *others])}')


def _text(cell) -> str:
    if isinstance(cell, float):
        return f'{cell:.1f}' if cell >= 10 else f'{cell:.2f}' if cell >= 0.1 else f'{cell:.3f}'
    return str(cell)
