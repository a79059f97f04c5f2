"""
The cases of all field types, one module per family; a new type needs its case here, a table of bad input, a test module
and a page of documentation, or the suite fails.
"""

from . import array, choice, document, network, number, polymorphic, reference, scalar, temporal, text
from .base import NAME, NULL, Case, Filter, Having, Keys, Later, Sample, by_key, resolve, sample
from .number import INT64_MAX, INT64_MIN
from .reference import sites

CASES = (
    *text.CASES,
    *number.CASES,
    *temporal.CASES,
    *document.CASES,
    *choice.CASES,
    *reference.CASES,
    *polymorphic.CASES,
    *network.CASES,
    *scalar.CASES,
    *array.CASES,
)

# Those that the tests of surfaces run.
SAMPLED = [case for case in CASES if case.samples]

__all__ = (
    'CASES',
    'INT64_MAX',
    'INT64_MIN',
    'NAME',
    'NULL',
    'SAMPLED',
    'Case',
    'Filter',
    'Having',
    'Keys',
    'Later',
    'Sample',
    'by_key',
    'resolve',
    'sample',
    'sites',
)
