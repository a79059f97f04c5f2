"""
Stores a design in a branch that is made for it, by a job: that takes a while.

May import the design and its forms. The job gets what the page has sent, and reads it again in the branch.
"""

import uuid

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from core.models import Job
from netbox.context_managers import event_tracking
from utilities.request import NetBoxFakeRequest

from ...constants import LONG_JOB_SECONDS
from ...exceptions import CustomObjectsError
from ...forms.design.page import DesignPage
from ...models import CustomObjectType
from ...runtime import extensions
from ...schema.design import Invalid, store
from ...services.discreet_job import DiscreetJob


class DesignInBranchJob(DiscreetJob):
    """Makes its branch, and stores a design there."""

    class Meta:
        name = gettext_lazy('Save design in a new branch')

    def work(self, type_id: int | None, sent: str, **kwargs):
        user = self.job.user
        values = {'id': uuid.uuid4(), 'user': user, 'META': {}, 'GET': {}, 'POST': {}, 'path': ''}
        with extensions.inside_new_branch(self.job.object, user), event_tracking(NetBoxFakeRequest(values)):
            custom_object_type = CustomObjectType.objects.restrict(user, 'view').filter(pk=type_id).first()
            if type_id is not None and custom_object_type is None:
                raise CustomObjectsError(_REFUSED)
            try:
                store(DesignPage(custom_object_type, user, data=QueryDict(sent)).design(), user)
            except Invalid as error:
                raise CustomObjectsError(_REFUSED) from error


_REFUSED = gettext_lazy(
    'The branch is ready, but the design was refused. Activate the branch, and edit the type there.'
)


def store_in_new_branch(name: str, custom_object_type: CustomObjectType | None, sent: QueryDict, user) -> Job:
    """
    Make a branch, and queue the job that provisions it and stores a design there.

    Args:
        name: of the branch
        custom_object_type: that is edited, None for a new one
        sent: what the page has sent
        user: in whose name

    Raises:
        ValidationError: there cannot be a branch of this name
    """
    sent = sent.copy()
    # It does not belong in the queue.
    sent.pop('csrfmiddlewaretoken', None)
    branch = extensions.new_branch(name, user)
    return DesignInBranchJob.enqueue(
        instance=branch, user=user, job_timeout=LONG_JOB_SECONDS, sent=sent.urlencode(),
        type_id=custom_object_type.pk if custom_object_type else None,
    )  # fmt: skip
