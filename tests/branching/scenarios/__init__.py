"""
A table of what users may do in main and in branches, and what a merge must make of it; see scenario.py.

`NCO_LONG=1` runs it in both orders of the strategies, and the state machine for an hour; `make test-long` sets it.
"""

import os

from tests.support.branches import STRATEGIES

LONG = bool(os.environ.get('NCO_LONG'))
# The strategy of the first merge; what follows takes the other one. Squashing is what needs an order of its own.
FIRST_STRATEGIES = STRATEGIES if LONG else ('squash',)
