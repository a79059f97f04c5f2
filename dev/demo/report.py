"""Prints what the demo does: numbered steps, progress while rows are loaded, and a table at the end."""

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass

SECONDS_BETWEEN_LINES = 30
BAR_WIDTH = 30


@dataclass
class Step:
    """One line of the table."""

    title: str
    rows: int | None = None
    seconds: float = 0


class Report:
    """Collects the steps of one run and prints them as they happen."""

    def __init__(self):
        self.steps: list[Step] = []

    @contextmanager
    def step(self, title: str, rows: int | None = None):
        """Time a step. `rows` is how many objects it is about; the block may set it on the Step that it gets."""
        step = Step(title, rows)
        self.steps.append(step)
        print(f'{len(self.steps):2}. {title}', flush=True)
        started = time.monotonic()
        try:
            yield step
        finally:
            step.seconds = time.monotonic() - started

    def say(self, text: str) -> None:
        print(f'    {text}', flush=True)

    def table(self) -> None:
        """Print all steps with their times."""
        width = max(len(step.title) for step in self.steps)
        print(f'\n    {"step":<{width}}  {"rows":>7}  {"seconds":>8}  {"rows/s":>7}')
        for number, step in enumerate(self.steps, start=1):
            rows = '' if step.rows is None else f'{step.rows:,}'
            speed = f'{step.rows / step.seconds:,.0f}' if step.rows and step.seconds else ''
            print(f'{number:2}. {step.title:<{width}}  {rows:>7}  {step.seconds:8.1f}  {speed:>7}')
        total = sum(step.seconds for step in self.steps)
        print(f'    {"all together":<{width}}  {"":>7}  {total:8.1f}', flush=True)


class Progress:
    """A bar that updates on a terminal, else a line every few seconds. Without a total it shows the time only."""

    def __init__(self, total: int | None = None, unit: str = 'rows'):
        self.total = total
        self.unit = unit
        self.done = 0
        self.started = self.printed = time.monotonic()
        self.on_terminal = sys.stdout.isatty()

    def advance(self, count: int = 0) -> None:
        self.done += count
        if self.on_terminal:
            print(f'\r    {self._text()}', end='', flush=True)
        elif time.monotonic() - self.printed > SECONDS_BETWEEN_LINES:
            self.printed = time.monotonic()
            print(f'    {self._text()}', flush=True)

    def _text(self) -> str:
        seconds = time.monotonic() - self.started
        if self.total is None:
            return f'{seconds:.0f} s'
        filled = round(BAR_WIDTH * self.done / self.total) if self.total else BAR_WIDTH
        bar = f'[{"#" * filled}{"." * (BAR_WIDTH - filled)}] ' if self.on_terminal else ''
        return f'{bar}{self.done:,} of {self.total:,} {self.unit}, {seconds:.0f} s'

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.on_terminal:
            print('\r' + ' ' * 79 + '\r', end='', flush=True)
