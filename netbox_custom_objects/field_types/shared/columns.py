"""How cells of lists look."""

# Dates and durations stay on one line.
UNBROKEN = {'td': {'class': 'text-nowrap'}}
# So do numbers, which stand below each other.
NUMERIC = {'th': {'class': 'text-end'}, 'td': {'class': 'text-end text-nowrap'}}
