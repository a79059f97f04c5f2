"""`/api/schema/` describes every type that the user may view, as it is now."""

import json

import pytest
from django.core.cache import cache
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.renderers import OpenApiYamlRenderer

from dcim.models import Site
from extras.models import CustomFieldChoiceSet

from netbox_custom_objects.api.openapi import descriptions
from netbox_custom_objects.api.openapi.template import describe_type
from netbox_custom_objects.choices import CustomObjectFieldTypeChoices
from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.filtersets import get_filterset_class
from netbox_custom_objects.models import CustomObjectType
from tests.field_types.case import NAME
from tests.field_types.cases import CASES
from tests.support.branches import Lab
from tests.support.factories import make_choice_set, make_field, make_type
from tests.support.processes import run_netbox
from tests.surfaces.openapi import (
    assert_described_as_by_drf_spectacular,
    component,
    errors_of,
    get_schema,
    keep_small_host,
    operations_of,
    our_part,
    parameters,
    small_host,
)
from tests.surfaces.rest import Rest, make_user

OPERATIONS = {
    ('get', ''): 'list',
    ('post', ''): 'create',
    ('put', ''): 'bulk_update',
    ('patch', ''): 'bulk_partial_update',
    ('delete', ''): 'bulk_destroy',
    ('get', '{id}/'): 'retrieve',
    ('put', '{id}/'): 'update',
    ('patch', '{id}/'): 'partial_update',
    ('delete', '{id}/'): 'destroy',
}
GENERIC = '{custom_object_type}'


def test_operations_of_a_type(rest, every_kind):
    document = get_schema(rest)
    ids = {key: operation['operationId'] for key, operation in operations_of(document, 'every-kind').items()}
    assert ids == {key: f'plugins_custom_objects_every_kind_{action}' for key, action in OPERATIONS.items()}


@pytest.mark.slow
def test_operations_for_all_types_keep_their_ids(rest, every_kind):
    document = get_schema(rest, whole=True)
    ids = {key: operation['operationId'] for key, operation in operations_of(document, GENERIC).items()}
    assert ids == {key: f'plugins_custom_objects_{action}' for key, action in OPERATIONS.items()}
    for path, name in (('custom-object-types', 'custom_object_types'), ('custom-object-type-fields',) * 2):
        ids = {key: operation['operationId'] for key, operation in operations_of(document, path).items()}
        name = name.replace('-', '_')
        # Of one field, and tested with them.
        for key in (('post', '{id}/staged-changes/'), ('get', '{id}/choices/')):
            ids.pop(key, None)
        assert ids == {key: f'plugins_custom_objects_{name}_{action}' for key, action in OPERATIONS.items()}
    assert '/api/dcim/sites/' in document['paths']
    assert errors_of(our_part(document)) == []


def test_the_document_is_valid(rest, every_kind):
    make_field(every_kind, 'itself', 'object', target=every_kind)
    document = get_schema(rest)
    assert document['openapi'].startswith('3.0')
    assert errors_of(document) == []


def test_every_field_type_is_described(rest):
    """drf-spectacular knows what each serializer field and filter is: it warns where it had to guess."""
    everything = make_type('everything')
    keys, read_only = set(), set()
    for number, case in enumerate(CASES):
        name = f'{case.type}{number}'
        needs = case.needs()
        if 'choice_set' in needs:  # its name is the same in all cases
            CustomFieldChoiceSet.objects.filter(pk=needs['choice_set'].pk).update(name=name)
        make_field(everything, name, case.type, **needs)
        keys |= {key.replace(NAME, name, 1) for key in case.keys}
        read_only |= {name} if case.source else set()
    parent = make_field(everything, 'parent', 'object', target=everything)
    make_field(everything, 'children', 'rollup', referring_field=parent, aggregate='count')
    assert {'rollup', *(case.type for case in CASES)} == FIELD_TYPES.keys()
    keys, read_only = {*keys, 'children'}, {*read_only, 'children'}
    GENERATOR_STATS.reset()
    small_host.cache_clear()
    document = get_schema(rest)
    assert [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache] == []
    read, written = component(document, 'Everything'), component(document, 'Everything', 'Request')
    assert keys <= read['properties'].keys()
    assert keys & written['properties'].keys() == keys - read_only
    for name in keys - {key for key in keys if key.startswith('json')}:
        assert read['properties'][name].keys() & {'type', 'allOf', 'anyOf'}, name
    assert errors_of(document) == []
    assert_described_as_by_drf_spectacular(everything)


def test_yaml_is_written_as_by_drf_spectacular(rest, every_kind):
    """It is put together of texts that were kept, and is what drf-spectacular writes of the whole."""
    make_type('other', description="Several lines:\n- 'quoted'\n\nand a very long line " + 'of words ' * 15)
    for asked in ({}, {'types': 'other'}):
        document = get_schema(rest, **asked)
        for _ in range(2):
            response = rest.client.get('/api/schema/', asked)
            assert response['Content-Type'].startswith('application/vnd.oai.openapi')
            assert response.content == OpenApiYamlRenderer().render(document)


def test_keys_are_those_of_an_object(rest, every_kind, values):
    values = {**values, 'place': values['place'].pk, 'places': [site.pk for site in values['places']]}
    shown = rest.post('every-kind/', values)
    document = get_schema(rest)
    read = component(document, 'EveryKind')
    assert read['properties'].keys() == shown.keys()
    assert set(read['required']) == shown.keys()
    written = component(document, 'EveryKind', 'Request')['properties'].keys()
    read_only = {'id', 'url', 'display_url', 'display', 'created', 'last_updated'}
    assert written == (shown.keys() - read_only) | {'add_tags', 'remove_tags', 'changelog_message'}


def test_values_of_each_type(rest, every_kind):
    document = get_schema(rest)
    read = component(document, 'EveryKind')['properties']
    written = component(document, 'EveryKind', 'Request')['properties']
    assert read['title'] == {'type': 'string', 'nullable': True}
    assert read['amount']['format'] == written['amount']['format'] == 'int64'
    assert read['price']['type'] == written['price']['type'] == 'number'
    assert read['active']['type'] == 'boolean'
    assert (read['bought']['format'], read['seen']['format']) == ('date', 'date-time')
    assert read['web_title'] == {'type': 'string', 'maxLength': 200}
    assert 'type' not in read['extra']
    assert read['color']['properties']['value']['enum'] == ['red', 'green', 'blue']
    assert read['color']['properties']['label']['enum'] == ['Red', 'Green', 'Blue']
    value, as_read = written['color']['anyOf']
    assert value['enum'] == ['red', 'green', 'blue', None]
    assert as_read['properties']['value']['enum'] == ['red', 'green', 'blue']
    assert written['colors']['items']['anyOf'][0]['enum'] == ['red', 'green', 'blue']


def test_references_read_as_brief_shapes_and_are_written_as_ids_or_attributes(rest, every_kind):
    make_field(every_kind, 'itself', 'object', target=every_kind)
    document = get_schema(rest)
    read = component(document, 'EveryKind')['properties']
    assert read['place']['allOf'] == [{'$ref': '#/components/schemas/BriefSite'}]
    assert read['places']['items'] == {'$ref': '#/components/schemas/BriefSite'}
    assert read['itself']['allOf'] == [{'$ref': '#/components/schemas/BriefCustomObjectEveryKind'}]
    assert document['components']['schemas']['BriefCustomObjectEveryKind']['properties'].keys() == {
        'id', 'url', 'display',
    }  # fmt: skip
    written = component(document, 'EveryKind', 'Request')['properties']
    reference = {'$ref': '#/components/schemas/ObjectReference'}
    assert written['place']['allOf'] == written['itself']['allOf'] == [reference]
    assert written['places']['items'] == written['tags']['items'] == reference
    by_id, by_attributes = document['components']['schemas']['ObjectReference']['oneOf']
    assert by_id['type'] == 'integer'
    assert by_attributes == {'$ref': '#/components/schemas/ObjectAttributes'}
    assert document['components']['schemas']['ObjectAttributes']['type'] == 'object'


def test_bodies_are_json(rest, every_kind):
    """Python clients that are generated send the last media type that is described: forms hold no objects."""
    for operation in operations_of(get_schema(rest), 'every-kind').values():
        if 'requestBody' in operation:
            assert operation['requestBody']['content'].keys() == {'application/json'}


def test_rules_of_fields(rest):
    found = make_type('found', description='What was found', fields=[
        {'name': 'code', 'required': True, 'validation_regex': '^[a-z]+$', 'description': 'Letters'},
        {'name': 'size', 'type': 'integer', 'validation_minimum': 1, 'validation_maximum': 9},
        {'name': 'old', 'type': 'object', 'target': Site, 'deprecated': True, 'description': 'Not any more'},
        {'name': 'link', 'type': 'url', 'deprecated': True},
        {'name': 'sites', 'type': 'multiobject', 'target': Site, 'required': True},
    ])  # fmt: skip
    document = get_schema(rest)
    written = component(document, 'Found', 'Request')
    assert written['required'] == ['code', 'sites']
    assert written['description'] == found.description
    properties = written['properties']
    assert properties['code']['description'] == 'Letters'
    assert (properties['size']['minimum'], properties['size']['maximum']) == (1, 9)
    assert properties['sites']['minItems'] == 1
    assert properties['old']['description'] == 'Not any more'
    assert {name for name, value in properties.items() if value.get('deprecated')} == {'old', 'link', 'link_title'}
    # Values that were stored before a rule was made need not follow it.
    read = component(document, 'Found')['properties']
    assert not {'pattern', 'minimum', 'maximum'} & {*read['code'], *read['size']}
    patched = document['components']['schemas']['PatchedCustomObjectFoundRequest']
    assert 'required' not in patched


def test_bulk_bodies(rest, every_kind):
    document = get_schema(rest)
    operations = operations_of(document, 'every-kind')

    def body(method):
        return operations[method, '']['requestBody']['content']['application/json']['schema']

    single, several = body('post')['oneOf']
    assert several == {'type': 'array', 'items': single}
    schemas = document['components']['schemas']
    for method, required in (('put', ['id']), ('patch', ['id']), ('delete', ['id'])):
        schema = body(method)
        assert schema['type'] == 'array'
        name = schema['items']['$ref'].rsplit('/', 1)[1]
        assert schemas[name]['required'] == required
    assert schemas['BulkOperationRequest']['properties'].keys() == {'id', 'changelog_message'}


def test_errors_are_described(rest, every_kind):
    operations = operations_of(get_schema(rest), 'every-kind')
    for (method, path), expected in {
        ('get', ''): {'200', '400', '403', '404'},
        ('post', ''): {'201', '400', '403', '404', '409'},
        ('patch', '{id}/'): {'200', '400', '403', '404', '409', '412'},
        ('delete', '{id}/'): {'204', '400', '403', '404', '409', '412'},
    }.items():
        assert expected <= operations[method, path]['responses'].keys()
    assert parameters(operations['patch', '{id}/'])['If-Match']['in'] == 'header'


def test_what_a_write_may_be_asked_besides_its_body(rest, every_kind):
    """The parameters are described, and the answers that they ask for."""
    document = get_schema(rest)
    operations = operations_of(document, 'every-kind')
    dry_run = {'$ref': '#/components/schemas/WritePreview'}
    for (method, path), action in OPERATIONS.items():
        operation = operations[method, path]
        asked = {'dry_run', 'background'} & set(parameters(operation))
        if method == 'get':
            assert not asked
            continue
        assert asked == {'dry_run', *(['background'] if path == '' else [])}, action
        assert ('202' in operation['responses']) == (path == ''), action
        schema = operation['responses']['200']['content']['application/json']['schema']
        if method in ('put', 'patch'):
            assert dry_run in schema['anyOf']
        else:
            assert schema == dry_run
    answer = rest.post('every-kind/?dry_run=true', {'title': 'x'}, expect=200)
    described = document['components']['schemas']['WritePreview']
    assert set(answer) == set(described['properties']) == set(described['required'])


def test_parameters_of_a_list(rest, every_kind):
    make_field(every_kind, 'start', 'date')
    found = parameters(operations_of(get_schema(rest), 'every-kind')['get', ''])
    assert found.keys() >= get_filterset_class(every_kind.get_model()).base_filters.keys()
    assert found.keys() >= {'brief', 'fields', 'omit', 'ordering', 'limit', 'offset', 'start', 'q', 'tag', 'owner_id'}
    assert found['start'] != found['field_start']
    assert 'parameter `start` is one of NetBox' in found['field_start']['description']
    assert 'description' not in found['title']
    items = {name: parameter['schema'].get('items') for name, parameter in found.items()}
    assert items['amount__gte']['format'] == 'int64'
    assert items['price__lt']['type'] == 'number'
    assert (items['bought']['format'], items['seen__n']['format']) == ('date', 'date-time')
    assert items['color']['enum'] == ['red', 'green', 'blue', 'null']
    assert 'enum' not in items['color__ic']
    assert (items['place']['type'], items['place_id']['type']) == ('string', 'integer')
    assert found['active']['schema'] == found['title__empty']['schema'] == {'type': 'boolean'}


def test_changes_show_at_once(rest):
    changed = make_type('changed', fields=[{'name': 'kind', 'type': 'select', 'choices': ['a', 'b']}])
    assert 'late' not in component(get_schema(rest), 'Changed')['properties']
    rest.post('custom-object-type-fields/', {'custom_object_type': changed.pk, 'name': 'late', 'type': 'integer'})
    assert component(get_schema(rest), 'Changed')['properties']['late']['type'] == 'integer'
    choice_set = CustomFieldChoiceSet.objects.get(choices_for_object_type__custom_object_type=changed)
    path = f'/api/extras/custom-field-choice-sets/{choice_set.pk}/'
    rest.patch(path, {'extra_choices': [['a', 'A'], ['b', 'B'], ['c', 'C']]})
    kinds, _as_read = component(get_schema(rest), 'Changed', 'Request')['properties']['kind']['anyOf']
    assert kinds['enum'] == ['a', 'b', 'c', None]
    rest.patch(f'custom-object-types/{changed.pk}/', {'slug': 'elsewhere'})
    document = get_schema(rest)
    assert operations_of(document, 'elsewhere')
    assert not operations_of(document, 'changed')
    rest.delete(f'custom-object-types/{changed.pk}/')
    assert not operations_of(get_schema(rest), 'elsewhere')


def test_each_user_sees_the_own_types(rest):
    seen, hidden = make_type('seen'), make_type('secretive')
    make_field(seen, 'other', 'object', target=hidden)
    document = get_schema(rest)
    assert operations_of(document, 'seen')
    assert operations_of(document, 'secretive')
    document = get_schema(Rest(make_user('reader', (seen, ['view'], None))))
    assert operations_of(document, 'seen')
    assert not operations_of(document, 'secretive')
    assert 'secretive' not in json.dumps(document['paths'])
    document = get_schema(Rest(make_user('nobody')))
    assert not operations_of(document, 'seen')
    assert operations_of(document, 'custom-object-types')


def test_types_that_are_asked_for(rest, every_kind):
    """`?types=` leaves out everything else, and calls the rest as the whole document does."""
    make_field(every_kind, 'other', 'object', target=make_type('other', 'others'))
    for slug in ('third', 'fourth'):
        make_type(slug, slug)
    whole = get_schema(rest)
    for asked, slugs in (
        ('every-kind', {'every-kind'}),
        ('every-kind,third', {'every-kind', 'third'}),
        ('Third, fourth', {'third', 'fourth'}),
        (['third', 'fourth'], {'third', 'fourth'}),
    ):
        document = get_schema(rest, types=asked)
        assert {path.split('/')[4] for path in document['paths']} == slugs
        assert document['paths'].items() <= whole['paths'].items()
        assert errors_of(document) == []
    assert component(get_schema(rest, types='every-kind'), 'EveryKind') == component(whole, 'EveryKind')


def test_types_that_are_asked_for_must_be_known(rest):
    seen, hidden = make_type('seen'), make_type('secretive')
    reader = Rest(make_user('reader', (seen, ['view'], None)))
    assert operations_of(get_schema(reader, types=seen.slug), 'seen')
    for user, asked, unknown in (
        (rest, 'bogus', 'bogus'),
        (rest, f'{seen.slug},', ''),
        (reader, f'{seen.slug},{hidden.slug}', hidden.slug),
    ):
        answer = user.get('/api/schema/', format='json', types=asked, expect=400)
        assert answer == {'types': [f'Unknown custom object type: {unknown}']}


def test_nobody_gets_what_was_made_for_somebody_else(rest, every_kind):
    get_schema(rest)
    control = rest.response['Cache-Control']
    assert 'private' in control
    assert 'no-cache' in control
    assert not list(cache.iter_keys('*cache_page*'))
    shown = Client().get('/api/schema/', {'format': 'json'})
    assert shown.status_code in (200, 403)
    assert b'every-kind' not in shown.content


def test_a_copy_is_the_same_as_the_original(rest, every_kind):
    get_schema(rest)
    first = rest.response
    get_schema(rest)
    assert rest.response.content == first.content
    for header in ('Content-Type', 'Content-Disposition', 'Cache-Control'):
        assert rest.response[header] == first[header]


def test_a_type_is_described_once(rest, monkeypatch):
    """A change of a type costs the description of that type, and of those that refer to it."""
    described = []
    noted = lambda found, *args: described.append(found.slug) or describe_type(found, *args)  # noqa: E731
    monkeypatch.setattr(descriptions, 'describe_type', noted)
    alone, target = make_type('alone'), make_type('target')
    pointing = make_type('pointing', fields=[{'name': 'to', 'type': 'object', 'target': target}])
    make_type('farther', fields=[{'name': 'to', 'type': 'object', 'target': pointing}])
    get_schema(rest)
    assert sorted(described) == ['alone', 'farther', 'pointing', 'target']
    for change, expected in (
        (lambda: make_field(alone, 'late'), ['alone']),
        (lambda: make_field(target, 'late'), ['pointing', 'target']),
        (lambda: make_type('more'), ['more']),
    ):
        described.clear()
        change()
        rest.get('/api/schema/', format='json')
        assert sorted(described) == expected
    # Other users are shown the same descriptions, of what they may view.
    described.clear()
    reader = Rest(make_user('reader', (pointing, ['view'], None)))
    assert operations_of(reader.get('/api/schema/', format='json'), 'pointing')
    assert described == []
    # A type that gets the name of another one is called otherwise in the descriptions of those that refer to it, too.
    target.slug = 'Alone'
    target.save()
    document = rest.get('/api/schema/', format='json')
    assert sorted(described) == ['Alone', 'pointing']
    assert errors_of(document) == []


def test_what_types_have_in_common_is_written_once(rest):
    """Parameters and answers that are not of a type's own are shared; a type of six fields takes 25 KB at most."""
    sizes = {}
    fields = [
        {'name': 'title', 'primary': True}, ('notes', 'longtext'), ('amount', 'integer'), ('bought', 'date'),
        {'name': 'place', 'type': 'object', 'target': Site}, {'name': 'places', 'type': 'multiobject', 'target': Site},
    ]  # fmt: skip
    for number in (1, 2):
        make_type(f'kind_{number}', fields=fields)
        document = get_schema(rest)
        sizes[number] = len(rest.response.content)
    assert sizes[2] - sizes[1] < 25_000
    first, second = (document['paths'][f'/api/plugins/custom-objects/kind-{number}/']['get'] for number in (1, 2))
    # The parameter of a field is the type's own; those of all types are not repeated.
    names = [parameter.get('name') for parameter in second['parameters']]
    assert {'title', 'title__ic', 'place_id', 'amount__gte'} <= set(names)
    assert not {'limit', 'q', 'created', 'created__gte', 'tag'} & set(names)
    assert first['parameters'] == second['parameters']
    assert first['responses']['403'] == second['responses']['403']
    assert first['responses']['403']['$ref'].startswith('#/components/responses/Answer403_')
    assert errors_of(document) == []


def test_in_a_branch(fresh_database):
    lab = Lab()
    make_type('shared')
    branch = lab.branch()
    with lab.request(branch):
        make_field(CustomObjectType.objects.get(name='shared'), 'only_there')
        make_type('branched')
    rest, there = Rest(lab.user), Rest(lab.user, HTTP_X_NETBOX_BRANCH=branch.schema_id)
    for _ in range(2):
        document = get_schema(there)
        assert operations_of(document, 'branched')
        assert 'only_there' in component(document, 'Shared')['properties']
        document = get_schema(rest)
        assert not operations_of(document, 'branched')
        assert 'only_there' not in component(document, 'Shared')['properties']


def test_names_never_clash(rest):
    slugs = ('a-b', 'a_b', 'AB', 'type', 'x', 'x-request', 'bulk', 'y', 'y-bulk', 'custom_object_types')
    for number, slug in enumerate(slugs):
        make_type(f'clash{number}', slug)
    document = get_schema(rest)
    ids = [operation['operationId'] for path in document['paths'].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    shapes = set()
    for slug in slugs:
        content = operations_of(document, slug)['get', '{id}/']['responses']['200']['content']
        shapes.add(content['application/json']['schema']['$ref'])
    assert len(shapes) == len(slugs)
    assert errors_of(document) == []


def test_a_choice_set_of_thousands_is_not_listed(rest):
    big = make_type('big')
    make_field(big, 'place', 'select', choice_set=make_choice_set('Many', [f'v{number}' for number in range(2000)]))
    document = get_schema(rest)
    place = component(document, 'Big', 'Request')['properties']['place']
    assert place['anyOf'][0]['type'] == 'string'
    assert 'v1999' not in json.dumps(document)


def test_options(rest, every_kind, values):
    """OPTIONS names the fields that can be written, of lists and of objects."""
    make_field(every_kind, 'must', required=True, label='Needed', description='Whatever it is')
    make_field(every_kind, 'target', 'object', target=Site, label='Where', description='Wherever it is')
    obj = rest.post('every-kind/', {'must': 'x'})
    for path in ('every-kind/', f'every-kind/{obj["id"]}/'):
        actions = rest.options(path)['actions']
        assert actions.keys() == ({'POST', 'PUT'} if path == 'every-kind/' else {'PUT'})
        for fields in actions.values():
            assert fields['id']['read_only']
            assert fields['must']['required']
            assert (fields['must']['label'], fields['must']['help_text']) == ('Needed', 'Whatever it is')
            assert (fields['target']['label'], fields['target']['help_text']) == ('Where', 'Wherever it is')
            assert fields['amount']['type'] == 'integer'
            assert fields['web_title']['max_length'] == 200
            assert [choice['value'] for choice in fields['color']['choices']] == ['red', 'green', 'blue']
    reader = Rest(make_user('reader', (every_kind, ['view'], None)))
    assert 'actions' not in reader.options('every-kind/')
    rest.options('no-such-type/', expect=404)


def test_options_of_definitions(rest, every_kind):
    types = rest.options('custom-object-types/')['actions']['POST']
    assert types['name']['required']
    fields = rest.options('custom-object-type-fields/')['actions']['POST']
    assert fields['custom_object_type']['required']
    assert {choice['value'] for choice in fields['type']['choices']} == {*CustomObjectFieldTypeChoices.values()}


@pytest.mark.parametrize('generator', ['', 'netbox_custom_objects.api.openapi.generator.SchemaGenerator'])
def test_the_management_command(fresh_database, tmp_path, generator):
    """`spectacular` knows no types by itself, and all of them with the plugin's generator."""
    make_type('contract', 'contracts')
    keep_small_host()
    file = tmp_path / 'schema.json'
    # NetBox's own generator keeps nothing: it is asked about a small host.
    options = ('--generator-class', generator) if generator else ('--urlconf', 'tests.surfaces.openapi')
    done = run_netbox(
        'spectacular', '--format', 'openapi-json', '--file', str(file), *options, database=fresh_database.name
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(file.read_text())
    assert operations_of(document, GENERIC)
    assert bool(operations_of(document, 'contracts')) == bool(generator)
