"""A type as it is designed on one page: written with its fields and constraints, or tried out, in one piece."""

from .carry_out import Invalid, Outcome, store, try_out
from .model import Design, state_of

__all__ = ('Design', 'Invalid', 'Outcome', 'state_of', 'store', 'try_out')
