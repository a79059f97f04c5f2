"""Values of custom objects, as tags and as filters: `{% load custom_object_utils %}`."""

from django import template

from netbox.config import get_config
from netbox.ui.utils import build_coords_url

from ..choices import UIVisibleChoices
from ..field_types import FIELD_TYPE_CLASS, field_type_of
from ..field_types.base import EMPTY_VALUES

register = template.Library()


def get_field_object_type(field):
    """Return the object type that a field refers to, None for other fields."""
    return field.related_object_type


def get_field_type_verbose_name(field) -> str:
    return field.get_type_display()


def get_field_value(obj, field):
    """Return the value of an object as pages show it: text, a list, or an object with a URL."""
    return FIELD_TYPE_CLASS[field.type]().get_display_value(obj, field.name)


def get_field_is_ui_visible(obj, field) -> bool:
    """Return whether pages show the field of an object."""
    if field.ui_visible == UIVisibleChoices.IF_SET:
        value = get_field_value(obj, field)
        return value not in EMPTY_VALUES
    return field.ui_visible == UIVisibleChoices.ALWAYS


def get_child_relations(obj, field):
    """Return the objects that an object refers to by a field; () for a single one."""
    return field.get_child_relations(obj)


def get_coordinate_map_url(obj, field) -> str:
    """Return the address of a map that shows the coordinates of an object; '' without them, or without MAPS_URL."""
    definition, maps_url = field.definition, get_config().MAPS_URL
    point = field_type_of(definition).get_point(obj, definition)
    return build_coords_url(maps_url, point.latitude, point.longitude) if point and maps_url else ''


for _function in (
    get_child_relations,
    get_coordinate_map_url,
    get_field_is_ui_visible,
    get_field_object_type,
    get_field_type_verbose_name,
    get_field_value,
):
    register.filter(_function)
    register.simple_tag(_function)
