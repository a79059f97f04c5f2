"""How cells of lists look."""

# Dates and durations stay on one line.
UNBROKEN = {'td': {'class': 'text-nowrap'}}
# So do short texts, such as numbers of contracts, which browsers would break at their hyphens.
SHORT = 24
SHORT_UNBROKEN = {'td': {'class': lambda value: 'text-nowrap' if len(str(value)) <= SHORT else None}}
# So do numbers, which stand below each other.
NUMERIC = {'th': {'class': 'text-end'}, 'td': {'class': 'text-end text-nowrap'}}
