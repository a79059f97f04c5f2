"""What installing a model of the gallery respects: rights, what is there already, and what is not."""

from contextvars import Context

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from dcim.models import Site
from extras.models import CustomFieldChoiceSet
from users.models import ObjectPermission

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.schema.errors import InvalidDocument
from netbox_custom_objects.schema.executor import apply_document
from netbox_custom_objects.schema.gallery.catalog import find_model
from netbox_custom_objects.schema.gallery.install import AlreadyThere, install
from netbox_custom_objects.schema.gallery.rows import load_rows
from netbox_custom_objects.schema.reading import parse
from tests.support.request import changes_of, request
from tests.surfaces.rest import make_user
from tests.surfaces.together import Run

COSTS, DNS = find_model('cost-centers'), find_model('dns')
# Begins with the model installed, without objects; once for all tests that follow each other.
installed = pytest.mark.kept.with_args(install, COSTS)
CENTERS, ALLOCATIONS = 'cost-centers', 'cost-allocations'


def type_(slug=CENTERS):
    return CustomObjectType.objects.get(slug=slug)


def objects(slug=CENTERS):
    return type_(slug).get_model().objects


def taken():
    """A type that users have made, and that has the slug of one of the model."""
    return parse(f"""{{
        "schema_version": "1",
        "types": [{{"name": "mine", "slug": "{CENTERS}", "fields": [{{"id": 1, "name": "title", "type": "text"}}]}}]
    }}""")


class TestWhatIsThere:
    def test_another_type_with_the_slug_is_left_alone(self, db):
        apply_document(taken())
        with pytest.raises(InvalidDocument, match='The type mine has this slug, and other fields'):
            install(COSTS, ignore_base=True)
        assert [field.name for field in type_().fields.all()] == ['title']
        assert not CustomObjectType.objects.filter(slug=ALLOCATIONS).exists()

    @installed
    def test_what_was_changed_is_overwritten_only_if_that_was_acknowledged(self, db):
        CustomObjectTypeField.objects.filter(name='budget').update(label='Money')
        with pytest.raises(AlreadyThere, match='cost_center'):
            install(COSTS)
        assert CustomObjectTypeField.objects.get(name='budget').label == 'Money'
        install(COSTS, ignore_base=True)
        assert CustomObjectTypeField.objects.get(name='budget').label == ''

    def test_a_choice_set_of_the_name_is_not_overwritten_either(self, db):
        CustomFieldChoiceSet.objects.create(name='Cost center currencies', extra_choices=[['SEK', 'Krona']])
        with pytest.raises(AlreadyThere, match='Cost center currencies'):
            install(COSTS)
        assert not CustomObjectType.objects.exists()

    @installed
    def test_types_with_objects_get_none(self, db):
        objects().create(code='7', name='Seven')
        rows = install(COSTS, with_rows=True).rows
        assert rows.kept == [CENTERS]
        # All of them require a cost center that was not created.
        assert (rows.left_out, rows.created) == (3, {ALLOCATIONS: 0})
        assert [str(center) for center in objects().all()] == ['7 Seven']

    def test_a_request_that_another_overtakes(self, db):
        with request():
            assert world().find_slug(CENTERS) is None
            # Of another request, this one has not heard.
            Context().run(install, COSTS)
            found = install(COSTS, with_rows=True)
        assert not found.comparison.has_changes
        assert found.rows.created == {CENTERS: 6, ALLOCATIONS: 3}

    def test_the_limit_of_types_counts(self, db, monkeypatch):
        monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'max_custom_object_types', 1)
        with pytest.raises(InvalidDocument, match='max_custom_object_types'):
            install(COSTS)
        assert not CustomObjectType.objects.exists()


class TestReferences:
    def test_what_netbox_has_is_referred_to(self, db):
        site = Site.objects.create(name='DM-Akron', slug='dm-akron')
        rows = install(COSTS, with_rows=True).rows
        assert objects(ALLOCATIONS).get(purpose='Rent').subject == site
        assert list(rows.missing) == ['tenancy.tenant:Dunder-Mifflin, Inc.', 'dcim.device:dmi01-akron-rtr01']
        assert objects().get(code='1110').parent == objects().get(code='1100')

    @installed
    def test_what_the_user_may_not_view_is_not(self, db):
        Site.objects.create(name='DM-Akron', slug='dm-akron')
        user = make_user('clerk', (type_(), ['add', 'view'], None), (type_(ALLOCATIONS), ['add', 'view'], None))
        assert 'dcim.site:DM-Akron' in load_rows(COSTS.rows, user).missing
        assert objects(ALLOCATIONS).get(purpose='Rent').subject is None


class TestRows:
    @installed
    def test_wrong_rows_are_all_named_and_none_is_written(self, db):
        rows = {CENTERS: [{'code': 'a b', 'name': 'A'}, {'code': 'X', 'name': 'X'}, {'code': 'Y', 'budget': 'much'}]}
        with pytest.raises(InvalidDocument) as refused:
            install(COSTS.__class__(**{**vars(COSTS), 'rows': rows}), with_rows=True)
        found = {fault.path for fault in refused.value.faults}
        assert found == {('rows', CENTERS, 0, 'code'), ('rows', CENTERS, 2, 'name'), ('rows', CENTERS, 2, 'budget')}
        assert not objects().exists()

    @pytest.mark.kept.with_args(install, DNS)
    def test_they_leave_the_same_as_one_by_one(self, db, monkeypatch, settings, django_capture_on_commit_callbacks):
        model = type_('dns-records').get_model()
        run = Run(model, monkeypatch, settings, django_capture_on_commit_callbacks)
        with request():
            pass  # makes the user

        def send():
            with request():
                return load_rows(DNS.rows).created

        together, one_by_one, taken = run.both(send)
        assert taken
        assert together == one_by_one
        assert len(together['changes']) == DNS.row_count

    def test_they_are_logged(self, db):
        with request() as made:
            install(COSTS, with_rows=True)
        logged = [model for action, model, _pk in changes_of(made) if action == 'create']
        assert logged.count(type_().object_type.model) == 6


class TestRights:
    GRANTS = (
        (CustomObjectType, ['view', 'add'], None),
        (CustomObjectTypeField, ['view', 'add'], None),
        (CustomFieldChoiceSet, ['view', 'add'], None),
    )

    def test_those_to_apply_the_document_are_needed(self, db):
        for left_out in range(3):
            grants = [grant for number, grant in enumerate(self.GRANTS) if number != left_out]
            with pytest.raises(PermissionDenied):
                install(COSTS, user=make_user(f'engineer {left_out}', *grants))
        assert not CustomObjectType.objects.exists()
        install(COSTS, user=make_user('engineer', *self.GRANTS))

    def test_objects_need_the_right_to_add_them(self, db):
        engineer = make_user('engineer', *self.GRANTS)
        with pytest.raises(PermissionDenied, match='once the type exists'):
            install(COSTS, with_rows=True, user=engineer)
        assert not CustomObjectType.objects.exists()

    def test_who_may_give_rights_may_load_objects_into_new_types(self, db):
        giver = make_user('giver', *self.GRANTS, (ObjectPermission, ['add'], None))
        assert install(COSTS, with_rows=True, user=giver).rows.count
        assert objects().get(code='1110').parent == objects().get(code='1100')
        # The types are there now.
        objects(ALLOCATIONS).all().delete()
        with pytest.raises(PermissionDenied, match='add_'):
            install(COSTS, with_rows=True, user=make_user('other', *self.GRANTS, (ObjectPermission, ['add'], None)))

    @installed
    def test_constraints_hold_for_what_was_created(self, db):
        few = make_user('clerk', (type_(), ['add'], {'code__startswith': '11'}), *self.GRANTS)
        with pytest.raises(PermissionDenied, match='add_'):
            install(COSTS, with_rows=True, user=few)
        assert not objects().exists()
