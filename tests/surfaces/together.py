"""What a request leaves behind, in a form that can be compared: of lists that are written together, and one by one."""

import json
from collections import defaultdict
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save

from core.models import ObjectChange
from core.signals import clear_signal_history
from extras.models import CachedValue, Notification, TaggedItem

from netbox_custom_objects.api.views import objects
from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.schema.gallery import rows
from netbox_custom_objects.services.writing import tried_together
from netbox_custom_objects.views.objects import importing
from netbox_custom_objects.views.objects import together as pages

SIGNALS = {
    'pre_save': pre_save, 'post_save': post_save, 'm2m_changed': m2m_changed, 'pre_delete': pre_delete,
    'post_delete': post_delete,
}  # fmt: skip
TIMES = {'created', 'last_updated'}
EVENTS: list = []


def collect_events(events):
    """Takes the place of NetBox's pipeline: reads what all consumers may read."""
    EVENTS.extend(
        (event['event_type'], event['object_id'], event['data'], event['snapshots'], event['user'].username)
        for event in events
    )


def plain(value):
    """Return a value without what differs from one run to the next: moments, and the ids of requests."""
    if isinstance(value, dict):
        return {key: bool(part) if key in TIMES else plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


class Run:
    """One request, made together or one by one, and undone; `left` is what it left behind."""

    def __init__(self, model, monkeypatch, settings, capture):
        self.model, self.monkeypatch, self.capture = model, monkeypatch, capture
        settings.EVENTS_PIPELINE = [f'{__name__}.collect_events']

    def both(self, send):
        """Return what both ways leave behind, and whether the first one was taken."""
        together = self._one(send, is_together=True)
        taken = self.taken
        return together, self._one(send, is_together=False), taken

    def _one(self, send, is_together):
        self.taken = False
        self._restart_numbers()
        EVENTS.clear()
        with transaction.atomic(), self._signals() as heard, self.monkeypatch.context() as patch:
            if not is_together:
                patch.setattr(importing, 'can_be_written_together', lambda *arguments: False)
                patch.setattr(objects, 'TOGETHER_FROM', 10**9)
                patch.setattr(pages, 'TOGETHER_FROM', 10**9)
                patch.setattr(rows, 'TOGETHER_FROM', 10**9)
            for module in (objects, pages, importing, rows):
                patch.setattr(module, 'tried_together', self._watched)
            with self.capture(execute=True):
                answer = send()
            left = {
                'answer': plain(answer),
                'rows': self._rows(),
                'changes': self._changes(),
                'search': self._search(),
                'events': plain(EVENTS),
                'notifications': list(Notification.objects.order_by('pk').values_list('object_id', 'event_type')),
                'signals': dict(heard),
            }
            transaction.set_rollback(True)
        clear_signal_history(sender=None)
        return left

    def _watched(self, *arguments, **more):
        """Note whether objects were written together."""
        result = tried_together(*arguments, **more)
        self.taken = result is not None
        if not self.taken:
            self._restart_numbers()
        return result

    def _restart_numbers(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(format('public.%I', sequencename)::regclass, 1000) FROM pg_sequences "
                "WHERE schemaname = 'public' AND sequencename ~ '^(custom_objects_|tenancy_tenant_)'"
            )

    def _rows(self):
        links = (field.remote_field.through for field in self.model._meta.local_many_to_many if field.name != 'tags')
        found = {'tags': sorted(TaggedItem.objects.values_list('object_id', 'tag__name'))}
        with connection.cursor() as cursor:
            for table in (self.model._meta.db_table, *(through._meta.db_table for through in links)):
                cursor.execute(f'SELECT to_jsonb(t)::text FROM {table} t ORDER BY id')
                found[table] = [plain(json.loads(row)) for (row,) in cursor.fetchall()]
        return found

    def _changes(self):
        found = ObjectChange.objects.order_by('pk')
        return [
            (
                change.action, change.changed_object_type.model, change.object_repr,
                change.changed_object_id if change.changed_object_type.app_label == APP_LABEL else None,
                change.user_id, change.user_name, change.message, change.related_object_id,
                plain(change.prechange_data), plain(change.postchange_data),
                change.request_id == found[0].request_id,
            )
            for change in found
        ]  # fmt: skip

    def _search(self):
        found = CachedValue.objects.order_by('object_type', 'object_id', 'field', 'value')
        found = found.filter(object_type__app_label=APP_LABEL)
        return list(found.values_list('object_type__model', 'object_id', 'field', 'type', 'weight', 'value'))

    @contextmanager
    def _signals(self):
        """Yield what receivers are called with, in their order, for each object."""
        heard = defaultdict(list)

        def receiver(name):
            def hear(sender, signal, instance=None, **kwargs):
                is_ours = sender._meta.app_label == APP_LABEL
                if not is_ours and sender not in (ObjectChange, TaggedItem):
                    return
                kwargs = {
                    key: sorted(map(str, value)) if isinstance(value, set) else str(value)
                    for key, value in kwargs.items()
                    if key not in ('origin', 'model')
                }
                key = getattr(instance, 'changed_object_id', None) or (
                    str(instance) if hasattr(instance, '_type_id') else None
                )
                heard[f'{sender._meta.model_name} {key}'].append((name, kwargs))

            return hear

        receivers = {name: receiver(name) for name in SIGNALS}
        for name, hear in receivers.items():
            SIGNALS[name].connect(hear)
        try:
            yield heard
        finally:
            for name, hear in receivers.items():
                SIGNALS[name].disconnect(hear)
