"""
Hooks that must be in place before NetBox's own: connected when the package is imported, while settings load.

What is called on which signal is a table, `signals.RECEIVERS`, which cannot be imported that early. May import signals
only, django's and NetBox's. A receiver connected here runs ahead of those of core.signals: a deletion is then refused
before it is logged, references are released (and logged) before their target's own record, and a schema change that
fails leaves no change record behind (proven, chapter 6).
"""

from contextlib import nullcontext
from importlib import import_module

from django.apps import apps
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save

from netbox.signals import post_clean
from netbox.utils import register_request_processor

from .constants import APP_LABEL, Sender

_SIGNALS = {
    'pre_save': pre_save,
    'post_save': post_save,
    'pre_delete': pre_delete,
    'post_delete': post_delete,
    'm2m_changed': m2m_changed,
    'post_clean': post_clean,
}
_MODELS = {
    sender.value
    for sender in (
        Sender.TYPE,
        Sender.FIELD,
        Sender.FIELD_TARGETS,
        Sender.CONSTRAINT,
        Sender.CHOICE_SET,
        Sender.CHANGE_RECORD,
    )
}
# Sessions end all the time; a migration is unapplied when the tables that would be asked are gone already.
_NEVER_REFERRED_TO = {'sessions.session', 'migrations.migration'}


def connect() -> None:
    """Connect the receiver; once, by the package itself."""
    for name, signal in _SIGNALS.items():
        signal.connect(_receive, dispatch_uid=f'{APP_LABEL}.{name}')
    register_request_processor(pin_revision)


def pin_revision(request):
    """Request processor: read the revision at most once per request and schema."""
    return import_module('.runtime.context', __package__).pinned(request) if _in_use() else nullcontext()


def _receive(sender, signal, **kwargs) -> None:
    """Call what `signals.RECEIVERS` lists; other models cost a look-up of their label."""
    found = _sender_of(sender)
    if found is Sender.ANY and (signal is not pre_delete or sender._meta.label_lower in _NEVER_REFERRED_TO):
        return
    if not _in_use():
        return
    if found in _MODELS and sender is not apps.get_model(found):
        # Historical models of data migrations carry the same label, but are not our classes.
        found = Sender.ANY
    receivers = import_module('.signals', __package__).RECEIVERS[signal]
    for receiver in receivers.get(found) or receivers.get(Sender.ANY, ()):
        receiver(sender=sender, **kwargs)


def _sender_of(model) -> Sender:
    label = model._meta.label_lower
    if label in _MODELS:
        return Sender(label)
    if getattr(model, '_type_id', None) is not None:
        return Sender.OBJECT
    return Sender.LINK if model._meta.app_label == APP_LABEL else Sender.ANY


def _in_use() -> bool:
    # Asked for each object that is written: `is_installed` would go through all apps.
    try:
        return apps.ready and apps.get_app_config(APP_LABEL).name == __package__
    except LookupError:
        return False
