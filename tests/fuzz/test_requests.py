"""
No request to any page or endpoint of the plugin is answered with an error of the server's.

A few seconds in the normal run; with `NCO_LONG=1` ten minutes and another seed each time. `NCO_SEED` repeats a run.
"""

import os
import random
import time

import pytest
from django.test import Client

from core.models import ObjectChange
from dcim.models import Site

from netbox_custom_objects.models import CustomObjectTypeConstraint, Spreadsheet, StagedChange
from tests.field_types.cases import CASES
from tests.fuzz.client import Fuzzer
from tests.fuzz.targets import addresses
from tests.spreadsheets.files import csv_of, upload_of
from tests.support.factories import make_every_kind, make_field, make_object, make_type
from tests.surfaces.rest import superuser
from tests.surfaces.ui import ROOT

LONG = bool(os.environ.get('NCO_LONG'))
SECONDS = int(os.environ.get('NCO_SECONDS', 600 if LONG else 6))
SEED = int(os.environ.get('NCO_SEED', random.randrange(10**6) if LONG else 1))


@pytest.fixture
def types(db):
    """A type with a field of each kind, and one with references of each kind."""
    sites = [Site.objects.create(name=name, slug=name.lower()) for name in ('Berlin', 'Cairo')]
    every_kind = make_every_kind()
    thing = make_type('thing', fields=[{'name': 'title', 'primary': True, 'unique': True}], config_context_enabled=True)
    for case in {case.type: case for case in CASES}.values():
        needs = case.needs()
        if 'choice_set' in needs:
            needs['choice_set'].name = case.type
            needs['choice_set'].save()
        make_field(thing, f'a_{case.type}', case.type, **needs)
    make_field(thing, 'kind', 'object', target=every_kind)
    make_field(thing, 'mixed', 'object', targets=[Site, every_kind])
    make_field(thing, 'mixed_list', 'multiobject', targets=[Site, every_kind])
    first = make_object(every_kind, title='First')
    make_object(thing, title='First', kind=first, mixed=first, mixed_list=[first, *sites])
    make_object(thing, title='Second')
    for attributes in (
        {'type': 'check', 'expression': "size(title) < 600 && a_integer != 13"},
        {'type': 'unique', 'field_ids': [thing.fields.get(name=name).pk for name in ('title', 'kind')],
         'case_insensitive': True, 'nulls_distinct': False, 'condition': "a_boolean != true"},
    ):  # fmt: skip
        CustomObjectTypeConstraint.objects.create(custom_object_type=thing, name=attributes['type'], **attributes)
    return [every_kind, thing]


@pytest.fixture
def fuzzer(types):
    objects = [custom_object_type.get_model().objects.first() for custom_object_type in types]
    fields = [field for custom_object_type in types for field in custom_object_type.fields.all()]
    rules = CustomObjectTypeConstraint.objects.values_list('pk', flat=True)
    change = StagedChange.objects.first()
    user = superuser()
    client = Client()
    client.force_login(user)
    client.post(
        f'{ROOT}custom-object-types/from-spreadsheet/', {'file': upload_of(csv_of(['Name', 'Count'], ['a', '1']))}
    )
    client.post(f'{ROOT}custom-object-type-fields/{make_field(types[1], "gone").pk}/delete/', {'confirm': 'true'})
    values = {
        'custom_object_type': [custom_object_type.slug for custom_object_type in types],
        'pk': [objects[0].pk, 10**18, '1' * 30],
        'custom-object-types/pk': [types[1].pk, '9' * 20],
        'custom-object-type-fields/pk': [field.pk for field in fields[::5]],
        'custom-object-type-constraints/pk': [*rules, '9' * 20],
        'field_name': ['places', 'mixed_list', 'nothing'],
        'target': ['dcim.site', 'x'],
        'change': [change.pk if change else 1, '9' * 20],
        'action': ['undo', 'x'],
        'path': ['x', 'journal'],
        'name': ['dns', 'x'],
        'spreadsheet': [Spreadsheet.objects.get().pk, '9' * 20],
        'position': [1, '9' * 20],
        'record': [ObjectChange.objects.filter(action='delete').latest('pk').pk, '9' * 20],
    }
    keys = sorted({name for kind in types for name in kind.get_model()._payload_names} | {
        'custom_object_type', 'name', 'slug', 'type', 'tags', 'default', 'related_object_type', 'app_label', 'model',
        'related_object_types_input', 'related_object_filter', 'version', 'schema_document', 'validation_regex',
        'validation_minimum', 'choice_set', 'element_type', 'display_expression', 'owner', 'fill', 'deprecated_since',
        'fields', 'field_ids', 'case_insensitive', 'nulls_distinct', 'condition', 'expression', 'message',
        'weight', 'search_weight', 'changelog_message', 'local_context_data', 'required', 'unique', 'id', 'add_tags',
        'max_length', 'suggest_values', 'decimal_digits', 'decimal_places', 'unit', 'number_template', 'restart_yearly',
        'related_object_filter_enforced', 'default_from',
        'required_if', 'visible_if', 'editable_if', 'in_list',
    })  # fmt: skip
    return Fuzzer(user, random.Random(SEED), addresses(values), keys)


@pytest.mark.slow
def test_no_request_is_answered_with_an_error_of_the_server(fuzzer):
    print(f'To run this again: NCO_SEED={SEED}')
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        fuzzer.send()
    found = '\n\n'.join(f'{place}\n  {request}' for place, request in fuzzer.failures.items())
    print(f'{fuzzer.sent} requests, {fuzzer.answers}')
    assert not fuzzer.failures, f'{len(fuzzer.failures)} kinds of failures in {fuzzer.sent} requests:\n{found}'
