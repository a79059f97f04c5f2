"""Each model of the gallery is installed with its sample objects, on a NetBox that is empty otherwise."""

from importlib.resources import files

import pytest

from dev.paths import ROOT
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.schema import gallery
from netbox_custom_objects.schema.exporter import export_cots, to_yaml
from netbox_custom_objects.schema.gallery.catalog import gallery_models
from netbox_custom_objects.schema.gallery.install import install
from netbox_custom_objects.schema.reading import check, parse

MODELS = gallery_models()
DOCUMENTATION = (ROOT / 'docs' / 'gallery.md').read_text()
NAMES = [model.name for model in MODELS]


def objects_of(slug):
    return CustomObjectType.objects.get(slug=slug).get_model().objects.all()


@pytest.mark.parametrize('model', MODELS, ids=NAMES)
class TestFiles:
    def test_documents_are_valid_and_describe_what_they_hold(self, model):
        text = files(gallery).joinpath(f'{model.name}.yaml').read_text()
        content = parse(text)
        assert check(content) == ['gallery is unknown and was ignored.', 'rows is unknown and was ignored.']
        assert set(model.rows) == set(model.slugs)
        for entry in content['types']:
            for found in (entry, *(field for field in entry['fields'] if 'description' in field)):
                assert found['description'][0].isupper(), found
                assert not found['description'].endswith('.')
            assert entry['version'] == '1.0.0'
            assert entry['group_name']
            assert sum(field.get('primary', False) for field in entry['fields']) == 1

    def test_rows_name_fields_only(self, model):
        for entry in model.document['types']:
            names = {field['name'] for field in entry['fields']}
            places = [field['name'] for field in entry['fields'] if field['type'] == 'coordinates']
            names |= {f'{name}_{part}' for name in places for part in ('latitude', 'longitude')}
            for row in model.rows[entry['slug']]:
                assert set(row) <= names

    def test_the_documentation_has_a_section(self, model):
        section = DOCUMENTATION.partition(f'\n### {model.title} {{ #{model.name} }}\n')[2].partition('\n### ')[0]
        assert model.description in section
        for slug in model.slugs:
            assert f'(`{slug}`)' in section

    def test_texts_fit_a_card(self, model):
        assert len(model.title) < 40
        assert len(model.summary) < 130
        assert model.summary.endswith('.')
        assert model.icon.startswith('mdi-')
        assert 1 <= len(model.tags) <= 4


@pytest.mark.parametrize('model', MODELS, ids=NAMES)
def test_a_model_with_its_objects(user, model):
    found = install(model, with_rows=True, user=user)
    assert found.comparison.has_changes
    assert found.rows.created == {slug: len(rows) for slug, rows in model.rows.items()}
    assert (found.rows.kept, found.rows.left_out) == ([], 0)
    # What was not found is NetBox's; all objects of the model find each other.
    assert not [name for name in found.rows.missing if 'custom' in name]
    # Each shows what it refers to by a name of its own.
    for slug, rows in model.rows.items():
        names = [str(obj) for obj in objects_of(slug)]
        assert len(set(names)) == len(rows), names
        assert not [name for name in names if name.startswith('#')]
    exported = to_yaml(export_cots(CustomObjectType.objects.all()))
    assert exported == to_yaml(model.document)
    # It is there: nothing differs, and no object is created again.
    again = install(model, with_rows=True, user=user)
    assert not again.comparison.has_changes
    assert (again.rows.count, again.rows.kept) == (0, list(model.rows))
    assert to_yaml(export_cots(CustomObjectType.objects.all())) == exported
