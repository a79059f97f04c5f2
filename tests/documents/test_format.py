"""The format: what the JSON Schema says is what the code reads; documents are read from JSON and YAML, or refused."""

import json
from io import BytesIO

import pytest
import yaml
from jsonschema import Draft202012Validator

from dev.paths import ROOT
from netbox_custom_objects.choices import ArrayElementTypeChoices
from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.schema import format as document_format
from netbox_custom_objects.schema.errors import InvalidDocument, path_text
from netbox_custom_objects.schema.exporter import to_json, to_yaml
from netbox_custom_objects.schema.reading import LONGEST_TEXT, MOST_FAULTS, check, json_schema, parse, parse_stream
from tests.documents.models import EVERYTHING, small

PARTS = json_schema()['$defs']


def refusal(text):
    with pytest.raises(InvalidDocument) as caught:
        check(parse(text))
    return [path_text(fault.path) for fault in caught.value.faults]


class TestJSONSchema:
    def test_it_is_one(self):
        Draft202012Validator.check_schema(json_schema())

    def test_it_names_every_attribute(self):
        expected = {
            'type': {
                'name',
                'slug',
                'base',
                'fields',
                'removed_fields',
                'constraints',
                'removed_constraints',
                *document_format.TYPE_DEFAULTS,
            },
            'constraint': {'name', 'type', *document_format.CONSTRAINT_DEFAULTS},
            'field': {'id', 'name', 'type', *document_format.FIELD_DEFAULTS},
            'choice_set': {'name', 'base', *document_format.CHOICE_SET_DEFAULTS},
        }
        assert {name: set(PARTS[name]['properties']) for name in expected} == expected

    def test_it_names_every_type_of_field(self):
        assert set(PARTS['field']['properties']['type']['enum']) == set(FIELD_TYPES)
        assert set(PARTS['field']['properties']['element_type']['enum']) == {'', *ArrayElementTypeChoices.values()}

    @pytest.mark.parametrize(('model', 'part'), [(CustomObjectType, 'type'), (CustomObjectTypeField, 'field')])
    def test_limits_are_those_of_the_models(self, model, part):
        for name, found in PARTS[part]['properties'].items():
            if 'maxLength' in found and name != 'base':
                assert found['maxLength'] == model._meta.get_field(name).max_length, name

    @pytest.mark.parametrize(
        ('model', 'defaults'),
        [(CustomObjectType, document_format.TYPE_DEFAULTS), (CustomObjectTypeField, document_format.FIELD_DEFAULTS)],
    )
    def test_what_is_left_out_is_what_the_models_have_by_default(self, model, defaults):
        made = model()
        for name, default in defaults.items():
            if name != 'related_object_types':
                assert getattr(made, name) == default, name


class TestReading:
    @pytest.mark.parametrize('write', [to_json, to_yaml])
    def test_what_is_written_is_read(self, write):
        assert parse(write(EVERYTHING)) == EVERYTHING
        assert check(EVERYTHING) == []

    def test_words_of_yaml_are_those_of_json(self):
        found = parse('a: no\nb: 2024-05-01\nc: 1:30\nd: true\ne: 1.5\nf: ~\ng: 010\nh: 1_000\ni: -3\nj: 1.0e-5\nk:\n')
        assert list(found.values()) == ['no', '2024-05-01', '1:30', True, 1.5, None, '010', '1_000', -3, 1e-05, None]

    def test_the_version_may_be_a_number(self):
        assert check({**small(), 'schema_version': 1}) == []

    def test_anchors_and_merge_keys(self):
        assert parse('a: &x {b: 1}\nc: {<<: *x, d: 2}')['c'] == {'b': 1, 'd': 2}

    def test_unknown_keys_are_named_and_ignored(self):
        document = {**small(label='Title', color='red'), 'metadata': {}}
        document['types'][0] |= {'menu_name': 'x', 'views': []}
        assert [warning.split(' ')[0] for warning in check(document)] == [
            'metadata', 'types[0].menu_name', 'types[0].views', 'types[1].fields[0].color',
        ]  # fmt: skip

    @pytest.mark.parametrize(
        'text',
        [
            '{', '{"a": 1, "a": 2}', '{"a": NaN}', 'a: [', 'a: 1\na: 2', '1: 2', '? [a]\n: 1', 'a: &x [*x]', '- a', '',
            '5', 'text', '\t', 'a: !!python/object:os.system x', 'a: .nan\n', '\x00', b'\xff\xfe', '[' * 10_000,
            '{"a":' * 10_000, 'a: "\\ud800"', 'a: "\\0"', f'a: {"9" * 5000}', 'a: 5\n---\nb: 6',
            'a: &a [x,x,x,x,x,x,x,x,x,x]\n' + ''.join(
                f'{chr(98 + n)}: &{chr(98 + n)} [{",".join([f"*{chr(97 + n)}"] * 10)}]\n' for n in range(8)
            ),
            # libyaml would end the process; and four billion keys would be merged.
            'a: ' + '[' * 200_000,
            'a0: &a0 {k: v}\n' + ''.join(f'a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n' for n in range(1, 33)),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_refused(self, text):
        assert refusal(text)

    def test_no_more_is_read_than_a_document_can_have(self):
        stream = BytesIO(b'{"a": "' + b'x' * (LONGEST_TEXT + 1000))
        with pytest.raises(InvalidDocument, match='too large'):
            parse_stream(stream)
        assert stream.tell() == LONGEST_TEXT + 1
        assert len(refusal(json.dumps({'schema_version': '1', 'types': [0] * 2 * MOST_FAULTS}))) == MOST_FAULTS

    def test_all_faults_at_once(self):
        document = small(name='Not A Name', type='number')
        document['types'][0] |= {'slug': 'a b', 'fields': [{'id': 0, 'name': 'a', 'type': 'text'}]}
        assert refusal(json.dumps(document)) == [
            'types[0].fields[0].id', 'types[0].slug', 'types[1].fields[0].name', 'types[1].fields[0].type',
        ]  # fmt: skip

    def test_a_fault_does_not_quote_a_whole_document(self):
        with pytest.raises(InvalidDocument) as caught:
            check({'schema_version': '1', 'types': 'x' * 10_000})
        assert len(str(caught.value)) < 500


def test_the_schema_in_the_documentation_is_the_same():
    shipped = ROOT / 'netbox_custom_objects' / 'schema' / 'cot_schema_v1.json'
    assert (ROOT / 'docs' / 'cot_schema_v1.json').read_text() == shipped.read_text()


def test_yaml_of_other_tools_reads_it_the_same():
    assert yaml.safe_load(to_yaml(EVERYTHING)) == EVERYTHING


@pytest.mark.parametrize('text', ['1e5', '123e6789', '1.5e3', '010', '0x1f', '1_000', 'no', '1:30', '', '~', '5.'])
def test_a_text_stays_a_text(text):
    assert parse(to_yaml({'a': text})) == {'a': text}
