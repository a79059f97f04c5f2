"""
Hooks that must be in place before NetBox's own: connected when the package is imported, while settings load.

May import signals only, django's and NetBox's. A receiver connected here runs ahead of those of core.signals: a
deletion is then refused before it is logged, references are released (and logged) before their target's own record,
and a schema change that fails leaves no change record behind (proven, chapter 6).
"""

from contextlib import nullcontext
from importlib import import_module

from django.apps import apps
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save

from netbox.signals import post_clean
from netbox.utils import register_request_processor

from .constants import APP_LABEL

_CHOICE_SETS = 'extras.customfieldchoiceset'
_FIELDS = f'{APP_LABEL}.customobjecttypefield'
# Sessions end all the time; a migration is unapplied when the tables that would be asked are gone already.
_NEVER_REFERRED_TO = {'sessions.session', 'migrations.migration'}
# Model -> name of the receiver in `signals`; everything else is waved through at the cost of a dict look-up.
_CHANGED = {
    f'{APP_LABEL}.customobjecttype': 'type_changed',
    _FIELDS: 'field_changed',
    _CHOICE_SETS: 'choice_set_changed',
}
_LINKS_CHANGED = f'{APP_LABEL}.customobjecttypefield_related_object_types'


def connect() -> None:
    """Connect the receivers; once, by the package itself."""
    pre_save.connect(_before_save, dispatch_uid=f'{APP_LABEL}.pre_save')
    post_save.connect(_on_change, dispatch_uid=f'{APP_LABEL}.post_save')
    post_delete.connect(_on_change, dispatch_uid=f'{APP_LABEL}.post_delete')
    pre_delete.connect(_on_delete, dispatch_uid=f'{APP_LABEL}.pre_delete')
    m2m_changed.connect(_on_links_change, dispatch_uid=f'{APP_LABEL}.m2m_changed')
    post_clean.connect(_on_clean, dispatch_uid=f'{APP_LABEL}.post_clean')
    register_request_processor(pin_revision)


def pin_revision(request):
    """Request processor: read the revision at most once per request and schema."""
    return _later('runtime.context').pinned(request) if _in_use() else nullcontext()


def _before_change(sender, using, **kwargs):
    if sender._meta.label_lower in _CHANGED and _in_use() and sender is apps.get_model(sender._meta.label_lower):
        _later('signals').definitions_changing(using)


def _before_save(sender, instance, using, **kwargs):
    _before_change(sender, using)
    if getattr(sender, '_type_id', None) is not None and _in_use():
        _later('signals').object_saving(instance, using, kwargs.get('update_fields'))
    if sender._meta.label_lower == _FIELDS and _in_use() and sender is apps.get_model(_FIELDS):
        _later('signals').field_saving(instance=instance)
    if sender._meta.label_lower == _CHOICE_SETS and _in_use() and sender is apps.get_model(_CHOICE_SETS):
        _later('signals').choice_set_changing(instance=instance, using=using, **kwargs)


def _on_change(sender, instance, using, **kwargs):
    # Historical models of data migrations carry the same label, but are not our classes.
    name = _CHANGED.get(sender._meta.label_lower)
    if name and _in_use() and sender is apps.get_model(sender._meta.label_lower):
        getattr(_later('signals'), name)(instance=instance, using=using, **kwargs)
    elif kwargs.get('created') and getattr(sender, '_type_id', None) is not None:
        _later('signals').object_created(instance=instance, using=using)


def _on_links_change(sender, instance, using, action, reverse, pk_set, **kwargs):
    if sender._meta.app_label != APP_LABEL or not _in_use():
        return
    if sender._meta.label_lower != _LINKS_CHANGED:
        if action == 'pre_add':
            _later('signals').links_adding(sender, instance, kwargs['model'], pk_set, using)
        if action in ('post_add', 'post_remove', 'post_clear') and not reverse:
            _later('signals').links_changed(instance=instance, using=using)
        return
    if action.startswith('post_'):
        _later('signals').targets_changed(instance=instance, using=using)
    elif action in ('pre_remove', 'pre_clear') and not reverse:
        _later('signals').targets_leaving(instance=instance, using=using, pks=pk_set)


def _on_delete(sender, instance, using, origin=None, **kwargs):
    _before_change(sender, using)
    if sender._meta.label_lower not in _NEVER_REFERRED_TO and _in_use():
        _later('signals').object_deleting(instance=instance, using=using, origin=origin)


def _on_clean(sender, instance, **kwargs):
    if getattr(sender, '_type_id', None) is not None and _in_use():
        _later('signals').object_cleaned(instance)
    elif sender._meta.label_lower == _FIELDS and _in_use():
        _later('signals').field_cleaned(instance)


def _in_use() -> bool:
    return apps.ready and apps.is_installed(__package__)


def _later(module: str):
    return import_module(f'{__package__}.{module}')
