"""Imported once by the process that others are forked from, see processes.py: NetBox with all of its URLs."""

import gc

import django

gc.disable()  # what is loaded stays, so there is little to collect
django.setup()

from django.db import connections  # noqa: E402  # Django must be set up before these can be imported.
from django.urls import reverse  # noqa: E402

from netbox_custom_objects.models import revision  # noqa: E402
from tests.support import databases, factories, quick_migrations  # noqa: E402, F401

reverse('login')  # resolving it loads the views, GraphQL's schema, and the patterns of all URLs
quick_migrations.install()
quick_migrations.prepare()
# A connection cannot be shared, and what was read may be of an earlier database.
connections.close_all()
for forget in databases.FORGET:
    forget()
revision._installed = False
gc.freeze()
gc.enable()
