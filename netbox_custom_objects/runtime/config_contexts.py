"""
Which config contexts apply to each object of a list, as a condition of one statement.

The same rules as those of `models.config_contexts` for one object. May import models; must never query.
"""

from django.db.models import OuterRef, Q, Subquery

from extras.models import TaggedItem

from ..models.config_contexts import dimensions

# By field: what of a context it is compared with, and what of the object.
_SCOPES = {
    'site': (
        ('sites', 'site'),
        ('regions__path__ancestor_or_equal', 'site__region__path'),
        ('site_groups__path__ancestor_or_equal', 'site__group__path'),
    ),
    'location': (('locations__path__ancestor_or_equal', 'location__path'),),
    'device_type': (('device_types', 'device_type'),),
    'role': (('roles__path__ancestor_or_equal', 'role__path'),),
    'platform': (('platforms__path__ancestor_or_equal', 'platform__path'),),
    'cluster': (
        ('clusters', 'cluster'),
        ('cluster_types', 'cluster__type'),
        ('cluster_groups', 'cluster__group'),
    ),
    'tenant': (('tenants', 'tenant'), ('tenant_groups', 'tenant__group')),
}


def context_filters(model) -> Q:
    """Return the condition by which a subquery of contexts finds those of the object in the query around it."""
    names = dimensions(model)
    if not names:
        return Q(pk__in=())
    tags = TaggedItem.objects.filter(
        object_id=OuterRef(OuterRef('pk')),
        content_type__app_label=model._meta.app_label,
        content_type__model=model._meta.model_name,
    )
    condition = Q(is_active=True) & (Q(tags__in=Subquery(tags.values('tag_id'))) | Q(tags=None))
    for name, scopes in _SCOPES.items():
        for lookup, path in scopes:
            any_object = Q(**{lookup.split('__')[0]: None})
            condition &= (Q(**{lookup: OuterRef(path)}) | any_object) if name in names else any_object
    return condition
