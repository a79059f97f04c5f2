"""
What each field type refuses: a module per type with `BAD_INPUTS`, at least 64 different JSON values.

A value is sent under the key `value`, unless it is `Keys` with keys of its own (of coordinates, for instance), and may
hold what stands for something else, see cases.resolve. A module may also say `FIELD`: more arguments of make_field.
"""
