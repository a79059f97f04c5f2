"""
Signing in without telling anybody: what Django and NetBox do then takes as long as half a page, in most tests.

The session is what `Client.force_login()` leaves; when a user signed in last is not written.
"""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client


def force_login(self, user, backend=None):
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = user._meta.pk.value_to_string(user)
    session[BACKEND_SESSION_KEY] = backend or settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    self.cookies[settings.SESSION_COOKIE_NAME] = session.session_key


def install():
    Client.force_login = force_login
