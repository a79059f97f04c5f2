"""Bad documents are refused with the path of each fault, by REST and by the command, and nothing is written."""

import json

import pytest

from extras.models import CustomFieldChoiceSet

from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.schema.errors import InvalidDocument, path_text
from netbox_custom_objects.schema.reading import check
from tests.documents.bad import BAD, BAD_FIELDS, BAD_OTHERS, UNSEEN, all_bad_fields, bad
from tests.documents.command import run
from tests.documents.models import field_of, small


def paths(body):
    errors = body.get('schema_errors') or body['errors']
    parts = [[int(part) if part.isdecimal() else part for part in found['path']] for found in errors]
    return sorted({path_text(tuple(path)) for path in parts})


def nothing_is_written():
    return not (CustomObjectType.objects.exists() or CustomFieldChoiceSet.objects.filter(name='Server states').exists())


@pytest.mark.parametrize(('spoil', 'expected'), [found[1:] for found in UNSEEN], ids=[found[0] for found in UNSEEN])
def test_what_is_wrong_with_any_instance(spoil, expected):
    with pytest.raises(InvalidDocument) as caught:
        check(bad(spoil))
    assert sorted({path_text(fault.path) for fault in caught.value.faults}) == expected


def test_what_validation_says_of_fields_all_at_once(rest):
    document, expected = all_bad_fields()
    assert paths(rest.post('schema/preview/', document, expect=400)) == sorted(expected)
    assert paths(rest.post('schema/apply/', {'schema': document}, expect=400)) == sorted(expected)
    assert nothing_is_written()


@pytest.mark.parametrize(
    ('spoil', 'expected'), [found[1:] for found in BAD_OTHERS], ids=[found[0] for found in BAD_OTHERS]
)
def test_what_validation_says_of_types_and_choice_sets(rest, spoil, expected):
    assert paths(rest.post('schema/apply/', {'schema': bad(spoil)}, expect=400)) == expected
    assert nothing_is_written()


@pytest.mark.parametrize('spoil', [{'name': 'id'}, {'name': 5}])
def test_the_command_ends_with_2_and_names_the_file(rest, tmp_path, spoil):
    document = small(**spoil)
    field_of(document, 1).update(validation_maximum=0 if spoil == {'name': 'id'} else 'x')
    files = [tmp_path / 'a.json', tmp_path / 'b.json']
    files[0].write_text(json.dumps({**document, 'types': document['types'][:1]}))
    files[1].write_text(json.dumps({'schema_version': '1', 'types': document['types'][1:]}))
    for action in ('preview', 'apply'):
        status, output = run(action, *map(str, files))
        assert status == 2
        assert f'{files[1]}.types[0].fields[0].name: ' in output
        assert f'{files[1]}.types[0].fields[1].validation_m' in output
    assert nothing_is_written()


def test_there_are_enough_of_them():
    assert len(UNSEEN) + len(BAD_FIELDS) + len(BAD_OTHERS) == len(BAD) >= 60
