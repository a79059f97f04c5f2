"""What an operation of a migration sees when the template is built: few models, which suffice."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from dev.near_states import Near, NearState


def state():
    """Car refers to maker, maker to country; a licence has the key of its car, and a fine refers to a licence."""
    refer = {'on_delete': models.CASCADE}
    made = {
        'Country': {},
        'Maker': {'country': models.ForeignKey('fleet.Country', **refer)},
        'Tag': {},
        'Car': {'maker': models.ForeignKey('fleet.Maker', **refer), 'tags': models.ManyToManyField('fleet.Tag')},
        'Licence': {'car': models.OneToOneField('fleet.Car', primary_key=True, **refer)},
        'Fine': {'licence': models.ForeignKey('fleet.Licence', **refer)},
        'Garage': {},
    }
    states = [ModelState('fleet', name, list(fields.items())) for name, fields in made.items()]
    states.append(ModelState('fleet', 'Taxi', [], bases=('fleet.car',)))
    states.append(ModelState.from_model(ContentType))
    return ProjectState({(found.app_label, found.name_lower): found for found in states})


def near(name, referring=False):
    found = Near(state().models)
    found.add(('fleet', name), with_targets=True)
    if referring:
        found.add_referring(('fleet', name))
    return {name for _, name in found.found}


def test_what_a_model_refers_to_and_is_made_from():
    assert near('car') == {'car', 'maker', 'tag'}
    assert near('taxi') == {'taxi', 'car'}
    assert near('fine') == {'fine', 'licence', 'car'}


def test_what_refers_to_the_key_of_a_model():
    assert near('car', referring=True) == {'car', 'maker', 'tag', 'licence', 'fine'}
    assert near('country', referring=True) == {'country', 'maker'}


def test_classes_suffice_for_columns():
    apps = NearState(state(), ('fleet', 'car'), with_referring=False).apps
    car = apps.get_model('fleet', 'Car')
    assert car._meta.get_field('maker').target_field.model is apps.get_model('fleet', 'Maker')
    assert car._meta.get_field('tags').remote_field.through._meta.get_field('tag').target_field.column == 'id'
    assert len(apps.get_models()) == 3
