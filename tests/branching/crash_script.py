"""
Run as a process of its own: merges a branch, and kills itself with SIGKILL at a named point.

Use: python -m tests.branching.crash_script BRANCH_NAME STRATEGY POINT, with the environment of the test's database.
"""

import os
import signal
import sys

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db.models.signals import post_save  # noqa: E402

from netbox_branching.models import Branch  # noqa: E402
from netbox_branching.signals import post_merge  # noqa: E402

from netbox_custom_objects.models import CustomObject, CustomObjectType  # noqa: E402


def die(**kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def after_the_table_was_created(sender, instance, **kwargs):
    if sender is CustomObjectType:
        die()


def after_the_second_object(sender, instance, **kwargs):
    if issubclass(sender, CustomObject) and instance.title == 'second':
        die()


def main(name, strategy, point):
    branch = Branch.objects.get(name=name)
    branch.merge_strategy = strategy
    if point == 'after commit':
        # netbox-branching sets the status before it sends this.
        post_merge.connect(die, weak=False)
    else:
        post_save.connect(globals()[point.replace(' ', '_')], weak=False)
    branch.merge(user=get_user_model().objects.get(username='engineer'))


main(*sys.argv[1:])
