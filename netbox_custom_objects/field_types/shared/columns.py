"""How cells of lists look."""

# Dates and durations stay on one line.
UNBROKEN = {'td': {'class': 'text-nowrap'}}
# So do short texts, such as numbers of contracts, which browsers would break at their hyphens.
SHORT = 24


def unbroken_if_short(text) -> str | None:
    """Return the class of a cell with a text."""
    return 'text-nowrap' if len(str(text)) <= SHORT else None


def _of_value(bound_column, record) -> str | None:
    # What django-tables2 hands on as the value is the whole cell, with the link to the object.
    return unbroken_if_short(bound_column.accessor.resolve(record, quiet=True))


SHORT_UNBROKEN = {'td': {'class': _of_value}}
# So do numbers, which stand below each other.
NUMERIC = {'th': {'class': 'text-end'}, 'td': {'class': 'text-end text-nowrap'}}
