"""
What tests begin with: made once in each process, and cloned for every test that begins alike.

A fixture says itself what it stands for, and a test may say so, too:

    @pytest.fixture
    @begins_with(make_thing)
    def thing(lab):
        return CustomObjectType.objects.get()

It goes with that definition: a module whose own fixture is called `thing` as well gets nothing of this.
"""

from collections.abc import Callable


def begins_with(make: Callable):
    """Decorate the function of a fixture, or a test: its database is a clone of one in which `make()` was called."""

    def decorate(function):
        function.begins_with = make
        return function

    return decorate


def beginning_of(item) -> tuple[Callable, ...]:
    """
    Return what must have been called in the database of a test.

    In this order: what fixtures of its module stand for, those of conftest modules (a branch holds what main holds by
    then), and the test's own; but first of all what a fixture itself asks for.
    """
    known = item._fixtureinfo.name2fixturedefs
    found, seen = {}, set()

    def visit(name):
        if name in seen:
            return
        seen.add(name)
        definitions = list(_in_use(name, known.get(name, ())))
        for definition in definitions:
            for asked in definition.argnames:
                visit(asked)
        for definition in reversed(definitions):
            if make := getattr(definition.func, 'begins_with', None):
                found[make] = None

    def depth(name):
        return max((len(definition.baseid) for definition in known.get(name, ())), default=0)

    for name in sorted(item.fixturenames, key=depth, reverse=True):
        visit(name)
    if make := getattr(item.function, 'begins_with', None):
        found[make] = None
    return tuple(found)


def _in_use(name, definitions):
    """Yield the definition of a fixture that holds, and the one that it extends, if it asks for it by its own name."""
    for definition in reversed(definitions):
        yield definition
        if name not in definition.argnames:
            return
