"""Does in main what one request of a user does: changes are logged, and the revision is read once."""

import uuid
from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.test import RequestFactory

from core.models import ObjectChange
from core.signals import clear_signal_history
from netbox.context_managers import event_tracking

from netbox_custom_objects.runtime.context import pinned


@contextmanager
def request():
    """Run a block as a request of a superuser; yield the request, whose `id` marks its change records."""
    user, _ = get_user_model().objects.get_or_create(username='engineer', defaults={'is_superuser': True})
    made = RequestFactory().get('/')
    made.id, made.user = uuid.uuid4(), user
    with pinned(), event_tracking(made):
        yield made
    # NetBox forgets which deletions it has logged when a request ends.
    clear_signal_history(sender=None)


def changes_of(made):
    """Return (action, model name, object id) of what a request changed, in the order in which it was logged."""
    changes = ObjectChange.objects.filter(request_id=made.id).order_by('pk')
    return [(change.action, change.changed_object_type.model, change.changed_object_id) for change in changes]
