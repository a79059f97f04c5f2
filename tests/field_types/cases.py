"""The cases of all field types, which each has in its own test module, as `CASES`."""

from importlib import import_module

from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.field_types.registry import POLYMORPHIC_TYPES

# The test module of each type. One that is missing fails everything that runs the cases of all types.
MODULES = {
    name: import_module(f'tests.field_types.test_{name}')
    for name in (*FIELD_TYPES, *(f'polymorphic_{name}' for name in POLYMORPHIC_TYPES))
}
CASES = [case for module in MODULES.values() for case in module.CASES]
# Those that the tests of surfaces run.
SAMPLED = [case for case in CASES if case.samples]
