"""How cells of lists look."""

# Dates and durations stay on one line.
UNBROKEN = {'td': {'class': 'text-nowrap'}}
# So do short texts, such as numbers of contracts, which browsers would break at their hyphens.
SHORT = 24


def _unbroken_if_short(bound_column, record) -> str | None:
    # What django-tables2 hands on as the value is the whole cell, with the link to the object.
    text = bound_column.accessor.resolve(record, quiet=True)
    return 'text-nowrap' if len(str(text)) <= SHORT else None


SHORT_UNBROKEN = {'td': {'class': _unbroken_if_short}}
# So do numbers, which stand below each other.
NUMERIC = {'th': {'class': 'text-end'}, 'td': {'class': 'text-end text-nowrap'}}
