"""
How values are written as text, by the type of their column: what is read as a value, and what a value reads.

Pure: the standard library only. The patterns are PostgreSQL's regular expressions, not Python's.
"""

# PostgreSQL reads much more as a date (`today`, `infinity`, `1/2/3`); we take nothing but this for one.
ISO_DATE = r'^\d{4}-\d\d-\d\d([T ]00:00(:00(\.0+)?)?(Z|[+-]00(:?00)?)?)?$'
ISO_DATETIME = r'^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?)?$'
# Nor for an address or a network: PostgreSQL completes what is shortened, and a network without a mask is a host.
ADDRESS = r'^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*)(/[0-9]{1,3})?$'
PREFIX = ADDRESS.replace(')?$', ')$')

# Nor for a number: it reads underscores between digits, and hexadecimal, octal and binary notations.
NUMBER = '^[^_xXoObB]*$'

_HEX = '[0-9A-Fa-f]'
COLOR = rf'^#?{_HEX}{{6}}$'
# Whether it is an address in every respect is not for PostgreSQL to say.
EMAIL = r'^[^@].*@[^@\s]+$'
MAC_ADDRESS = (
    rf'^({_HEX}{{12}}|{_HEX}{{6}}[-:. ]{_HEX}{{6}}|{_HEX}{{4}}([-:. ]){_HEX}{{4}}\2{_HEX}{{4}}'
    rf'|{_HEX}{{1,2}}([-:. ])({_HEX}{{1,2}}\3){{4}}{_HEX}{{1,2}})$'
)
_SECONDS = r'[0-9]+([.,][0-9]{1,6})?'
DURATION = (
    rf'^(([+-]?[0-9]+( days?,?)? )?[+-]?(([0-9]+:)?[0-9]+:)?{_SECONDS}|[+-]?[0-9]+ days?'
    rf'|[+-]?P(?=.)([0-9]+W)?([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?({_SECONDS}S)?)?)$'
)

COLOR_COLUMN, EMAIL_COLUMN = 'character varying(6)', 'character varying(254)'

# What the text of a value must look like, by the type that it is to have.
PATTERNS = {
    'bigint': NUMBER,
    'numeric(8,2)': NUMBER,
    'date': ISO_DATE,
    'timestamp with time zone': ISO_DATETIME,
    'inet': ADDRESS,
    'cidr': PREFIX,
    'macaddr': MAC_ADDRESS,
    'interval': DURATION,
    COLOR_COLUMN: COLOR,
    EMAIL_COLUMN: EMAIL,
}

# (pattern, replacement, flags) that turn such text into what PostgreSQL reads the same way as we do, in this order.
READ = {
    'macaddr': (
        # One digit stands for two, and separators are of no account.
        (rf'(?<!{_HEX})({_HEX})(?!{_HEX})', r'0\1', 'g'),
        (rf'[^{_HEX[1:]}', '', 'g'),
    ),
    'interval': (
        (',([0-9])', r'.\1', 'g'),
        # Two numbers are hours and minutes to PostgreSQL, minutes and seconds to Django; a number alone is seconds.
        (r'^((?:[+-]?[0-9]+(?: days?,?)? )?[+-]?)([0-9]+:[0-9]+(?:\.[0-9]+)?)$', r'\10:\2', ''),
        (r'^([+-]?[0-9]+) (?=[+-]?[0-9])', r'\1 days ', ''),
        # In ISO 8601, PostgreSQL knows signs of numbers only.
        ('(?<=^-P.*)([0-9.]+)', r'-\1', 'g'),
        ('^[+-]P', 'P', ''),
    ),
    COLOR_COLUMN: (('^#', '', ''),),
}
# (pattern, replacement, flags) that turn PostgreSQL's text into what REST shows.
WRITTEN = {
    'interval': (
        ('^(-?[0-9]+) days?$', r'\1 00:00:00', ''),
        (r' days? \+?', ' ', ''),
    ),
}
