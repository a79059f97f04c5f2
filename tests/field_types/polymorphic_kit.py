"""What tests of polymorphic references share: targets of three kinds, and a look at what was stored."""

from django.contrib.contenttypes.models import ContentType

from dcim.models import Region

from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_object, make_type


def regions() -> list[Region]:
    return [region(name) for name in ('r1', 'r2')]


def region(name: str = 'r1') -> Region:
    return Region.objects.get_or_create(slug=name, defaults={'name': name})[0]


def node_type() -> CustomObjectType:
    """Return the type `node`, made if it is not there yet."""
    found = CustomObjectType.objects.filter(slug='node').first()
    return found or make_type('node', fields=[{'name': 'title', 'type': 'text', 'primary': True}])


def nodes() -> list:
    node = node_type()
    objects = node.get_model().objects
    return [objects.filter(title=title).first() or make_object(node, title=title) for title in ('n1', 'n2')]


def type_id(target) -> int:
    """Return the id of the content type of an object, or of a class."""
    return ContentType.objects.get_for_model(target).pk


def stored(obj):
    """Return an object as it is in the database."""
    return type(obj).objects.get(pk=obj.pk)
