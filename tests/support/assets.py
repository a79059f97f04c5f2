"""What clients are tested with: assets, of kinds, at sites."""

from dcim.models import Site
from extras.models import Tag

from tests.support.branches import Lab
from tests.support.factories import make_object, make_type


def make_assets():
    """Sites, tags, and the types `assets` and `asset-kinds`, committed."""
    with Lab().request():
        for name in ('Berlin', 'Cairo'):
            Site.objects.create(name=name, slug=name.lower())
            Tag.objects.create(name=name, slug=name.lower())
        kind = make_type('asset_kind', 'asset-kinds', fields=[{'name': 'name', 'primary': True}])
        make_object(kind, name='Server')
        make_type('asset', 'assets', fields=[
            {'name': 'serial', 'primary': True, 'required': True, 'unique': True},
            {'name': 'price', 'type': 'decimal'},
            {'name': 'state', 'type': 'select', 'choices': ['new', 'old']},
            {'name': 'marks', 'type': 'multiselect', 'choices': ['a', 'b', 'c']},
            {'name': 'site', 'type': 'object', 'target': Site},
            {'name': 'sites', 'type': 'multiobject', 'target': Site},
            {'name': 'kind', 'type': 'object', 'target': kind},
            {'name': 'extra', 'type': 'json'},
        ])  # fmt: skip
