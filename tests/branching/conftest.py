"""A laboratory on a database of its own for each branching test."""

import pytest

from tests.support.branches import STRATEGIES, Lab


@pytest.fixture
def lab(fresh_database):
    return Lab()


@pytest.fixture(params=STRATEGIES)
def strategy(request):
    return request.param
