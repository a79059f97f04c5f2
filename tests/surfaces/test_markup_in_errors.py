"""Messages of refused schema changes are shown as HTML by NetBox's deletion pages: data in them must be plain text."""

from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.exceptions import DuplicateValues, SchemaLocked, UnconvertibleValues
from netbox_custom_objects.models import CustomObjectTypeField
from tests.support.factories import make_type
from tests.support.sessions import SHORT_WAITS, other_session

from .rest import superuser
from .ui import Browser

MARKUP = '<img src=x onerror=alert(1)>'
ESCAPED = '&lt;img src=x onerror=alert(1)&gt;'


def test_the_name_of_a_database_client(fresh_database, settings, monkeypatch):
    for name, value in SHORT_WAITS.items():
        monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], name, value)
    field = make_type('thing', fields=[('title', 'text')]).fields.get()
    client = Browser(superuser()).client
    with other_session(MARKUP) as cursor:
        cursor.execute('SELECT pg_advisory_xact_lock(hashtext(%s), 0)', [Target.for_alias('default').schema])
        root = '/plugins/custom-objects/custom-object-type'
        deleted = client.post(f'{root}-fields/{field.pk}/delete/', {'confirm': 'true'}, follow=True)
        edited = client.post(f'{root}s/add/', {'name': 'other', 'slug': 'other'})
    for page in (deleted, edited):
        text = page.content.decode()
        assert MARKUP not in text
        assert ESCAPED in text
    assert CustomObjectTypeField.objects.get().name == 'title'


def test_stored_values(db):
    """Those are not quoted at all; what is, is escaped."""
    for error in (
        UnconvertibleValues(MARKUP, 'bigint', [(1, 'secret')]),
        DuplicateValues(MARKUP, 'Key (f_1)=(secret) is duplicated.'),
        SchemaLocked(None, [MARKUP]),
    ):
        assert ESCAPED in error.message
        assert MARKUP not in str(error)
        assert 'secret' not in str(error)
