"""A custom object type is named as a target in four ways, alike wherever a target is named."""

import pytest

from tests.support.factories import make_object, make_type

WAYS = [('custom-objects', 'slug'), ('custom-objects', 'table'), ('netbox_custom_objects', 'slug'),
        ('netbox_custom_objects', 'table')]  # fmt: skip


@pytest.fixture
def vendor(db):
    return make_type('vendor', slug='the-vendor', fields=[{'name': 'name', 'primary': True}])


def names(custom_object_type, way):
    return way[0], custom_object_type.slug if way[1] == 'slug' else f'table{custom_object_type.pk}model'


@pytest.mark.parametrize('way', WAYS, ids='-'.join)
def test_all_are_read(rest, vendor, way):
    thing = make_type('thing')
    app_label, model = names(vendor, way)
    body = {'custom_object_type': thing.pk, 'type': 'object'}
    fields = 'custom-object-type-fields/'
    by_names = rest.post(fields, {**body, 'name': 'a', 'app_label': app_label, 'model': model})
    dictionary = {'app_label': app_label, 'model': model}
    by_dictionary = rest.post(fields, {**body, 'name': 'b', 'related_object_type': dictionary})
    mixed = {**body, 'name': 'c', 'is_polymorphic': True, 'related_object_types_input': [dictionary]}
    polymorphic = rest.post(fields, mixed)
    expected = vendor.object_type_id
    assert by_names['related_object_type']['id'] == by_dictionary['related_object_type']['id'] == expected
    assert [found['id'] for found in polymorphic['related_object_types']] == [expected]
    target = make_object(vendor, name='x')
    for reference in ({'_content_type': f'{app_label}.{model}', 'id': target.pk}, {**dictionary, 'id': target.pk}):
        assert rest.post('thing/', {'a': target.pk, 'c': reference})['c']['id'] == target.pk
    found = rest.get('linked-objects/', object_type=f'{app_label}.{model}', object_id=target.pk)
    assert found['count'] == 4


@pytest.mark.parametrize('way', WAYS, ids='-'.join)
def test_files_name_them_likewise(browser, vendor, way):
    make_type('thing')
    label = '.'.join(names(vendor, way))
    data = (
        'custom_object_type,name,type,related_object_type,is_polymorphic,related_object_types\n'
        f'thing,a,object,{label},false,\nthing,b,object,,true,{label}\n'
    )
    browser.post('custom-object-type-fields/import/', data=data, format='csv', csv_delimiter='auto')


def test_what_is_none_of_them_is_refused(rest, vendor):
    thing = make_type('thing')
    body = {'custom_object_type': thing.pk, 'name': 'a', 'type': 'object'}
    for app_label, model in (
        ('custom-objects', 'table9999model'), ('netbox_custom_objects', 'nowhere'), ('custom-objects', ''),
        ('dcim', vendor.slug), ('custom-objects', 'customobjecttype'), ('custom-objects', f'table{"9" * 5000}model'),
    ):  # fmt: skip
        reference = {'app_label': app_label, 'model': model}
        assert rest.post('custom-object-type-fields/', {**body, 'related_object_type': reference}, expect=400)


def test_a_slug_that_looks_like_a_table_means_what_it_says(rest, vendor):
    decoy = make_type('decoy', slug=f'table{vendor.pk}model')
    thing = make_type('thing')
    body = {'custom_object_type': thing.pk, 'type': 'object', 'model': decoy.slug}
    for name, app_label, expected in (('a', 'custom-objects', decoy), ('b', 'netbox_custom_objects', vendor)):
        made = rest.post('custom-object-type-fields/', {**body, 'name': name, 'app_label': app_label})
        assert made['related_object_type']['id'] == expected.object_type_id
