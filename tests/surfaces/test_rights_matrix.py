"""
Staged changes, the designer, dependents and GraphQL, each by four kinds of user: without a right, with the right to
view, with rights on something else by a constraint, and with all rights on definitions.

What is answered, and that nothing is shown that the user may not view.
"""

import pytest

from dcim.models import Site
from extras.models import SavedFilter
from users.models import ObjectPermission

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField, StagedChange
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import keeps, kept_again
from tests.support.staged import begin
from tests.surfaces.graphql import GraphQL
from tests.surfaces.rest import API, Rest, grant, make_user
from tests.surfaces.test_ui_designer import PATH as DESIGNER
from tests.surfaces.test_ui_designer import sent
from tests.surfaces.ui import ROOT, Browser

MARK = 'zyxqv'
ALL = ['view', 'add', 'change', 'delete']
FIELDS = 'custom-object-type-fields/'
KINDS = {
    'without': [],
    'viewing': [(CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view'], None)],
    'of another': [
        (CustomObjectType, ALL, {'name__startswith': 'another'}),
        (CustomObjectTypeField, ALL, {'custom_object_type__name__startswith': 'another'}),
    ],
    'all': [(CustomObjectType, ALL, None), (CustomObjectTypeField, ALL, None)],
}
DENIED = {'without': 403, 'viewing': 403, 'of another': 404}
SEEN = {'without': 403, 'viewing': 200, 'of another': 404, 'all': 200}


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def user(kind, db):
    return make_user('user', *KINDS[kind])


@pytest.fixture
def made(db):
    """A type whose definition is called `subject`; what its objects hold bears a mark."""
    make_type('another', fields=[('title', 'text')])
    made = make_type('subject', fields=[('title', 'text'), ('state', 'text')])
    made.obj = make_object(made, title=f'{MARK}-value', state=f'{MARK}-state')
    return made


def statuses(user, *requests):
    """Return what each of some requests is answered with; nothing in an answer may bear the mark."""
    rest, browser = Rest(user).client, Browser(user).client
    found = []
    for method, path, data in requests:
        if path.startswith(API):
            response = getattr(rest, method)(path, data, format='json')
        else:
            response = getattr(browser, method)(path, data)
        assert MARK not in response.content.decode(), (method, path)
        found.append(response.status_code)
    return found


class TestStagedChanges:
    @pytest.fixture
    def change(self, made):
        change = begin(made.fields.get(name='title'), type='integer')
        StagedChange.objects.update(
            stage='blocked', offender_count=1, offenders=[[made.obj.pk, f'{MARK}-value', 'cannot be converted']]
        )
        return change

    def test_what_is_shown(self, made, change, user, kind):
        found = statuses(
            user,
            ('get', f'{API}staged-changes/{change.pk}/', None),
            ('get', f'{ROOT}{FIELDS}{change.field_id}/offenders/{change.pk}/', None),
            ('get', f'{ROOT}custom-object-types/{made.pk}/staged-changes/', None),
            ('get', f'{ROOT}custom-object-types/{made.pk}/', None),
        )
        assert found == [SEEN[kind]] * 4
        listed = Rest(user).client.get(f'{API}staged-changes/')
        assert listed.status_code == (403 if kind == 'without' else 200)
        if kind != 'without':
            assert listed.json()['count'] == (0 if kind == 'of another' else 1)
        if SEEN[kind] == 200:
            shown = Rest(user).get(f'staged-changes/{change.pk}/')
            assert (shown['offender_count'], shown['has_hidden_offenders'], shown['offenders']) == (0, True, [])

    def test_what_can_be_asked(self, made, change, user, kind):
        other = made.fields.get(name='state')
        start = {'type': 'integer'}
        found = statuses(
            user,
            ('post', f'{API}{FIELDS}{other.pk}/staged-changes/', start),
            ('post', f'{API}staged-changes/{change.pk}/resume/', {}),
            ('post', f'{ROOT}{FIELDS}{change.field_id}/staged-changes/{change.pk}/cancel/', {}),
        )
        assert found == ([201, 200, 302] if kind == 'all' else [DENIED[kind]] * 3)
        stages = dict(StagedChange.objects.values_list('field_id', 'stage'))
        if kind == 'all':
            assert stages == {change.field_id: 'cancelling', other.pk: 'pending'}
        else:
            assert stages == {change.field_id: 'blocked'}


class TestDesigner:
    def test_what_is_answered(self, made, user, kind):
        data = {**sent({'name': 'serial'}), 'name': 'novel', 'slug': 'novel'}
        found = statuses(
            user,
            ('get', f'{ROOT}{DESIGNER}', None),
            ('post', f'{ROOT}{DESIGNER}row/', {}),
            ('post', f'{ROOT}{DESIGNER}preview/', data),
            ('post', f'{ROOT}{DESIGNER}', data),
        )
        expected = {'all': [200, 200, 200, 302], 'of another': [200] * 4}
        assert found == expected.get(kind, [403] * 4)
        assert CustomObjectType.objects.filter(slug='novel').exists() == (kind == 'all')

    def test_targets_are_types_that_the_user_may_know_of(self, made, user, kind):
        hidden = make_type(f'{MARK}_type', slug=f'{MARK}-type')
        if kind != 'of another':
            # The others may view all types, or do not get here.
            return

        def designed(target):
            row = {'name': 'ref', 'type': 'object', 'related_object_type': target}
            return {**sent(row), 'name': 'another_one', 'slug': 'novel'}

        assert statuses(
            user,
            ('post', f'{ROOT}{DESIGNER}row/', {'shown': 'f00000000', 'f00000000-type': 'object'}),
            ('post', f'{ROOT}{DESIGNER}preview/', designed(hidden.object_type_id)),
            ('post', f'{ROOT}{DESIGNER}', designed(hidden.object_type_id)),
        ) == [200, 200, 200]
        assert not CustomObjectType.objects.filter(slug='novel').exists()
        known = CustomObjectType.objects.get(name='another').object_type_id
        assert statuses(user, ('post', f'{ROOT}{DESIGNER}', designed(known))) == [302]


class TestDependents:
    @pytest.fixture
    def dependents(self, made):
        """What mentions a field, and that nobody here may view."""
        for model, values in (
            (ObjectPermission, {'name': f'{MARK} permission', 'actions': ['view'], 'constraints': {'state': MARK}}),
            (SavedFilter, {'name': f'{MARK} filter', 'slug': MARK, 'parameters': {'state': [MARK]}, 'shared': False}),
        ):
            model.objects.create(**values).object_types.add(made.object_type_id)

    def test_of_a_rename_and_of_deletions(self, made, dependents, user, kind):
        field = made.fields.get(name='state')
        renamed = {
            'custom_object_type': made.pk, 'name': 'stage', 'type': 'text', 'search_weight': '500', 'weight': '100',
            'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes', 'default': '',
        }  # fmt: skip
        found = statuses(
            user,
            ('patch', f'{API}{FIELDS}{field.pk}/?dry_run=true', {'name': 'stage'}),
            ('delete', f'{API}{FIELDS}{field.pk}/?dry_run=true', None),
            ('delete', f'{API}custom-object-types/{made.pk}/?dry_run=true', None),
            ('post', f'{ROOT}{FIELDS}{field.pk}/preview/', renamed),
            ('get', f'{ROOT}{FIELDS}{field.pk}/delete/', None),
            ('get', f'{ROOT}custom-object-types/{made.pk}/delete/', None),
        )
        assert found == [200 if kind == 'all' else DENIED[kind]] * 6
        assert CustomObjectTypeField.objects.get(pk=field.pk).name == 'state'

    def test_that_the_user_may_not_change_stay(self, made, dependents, user, kind):
        field = made.fields.get(name='state')
        found = statuses(user, ('patch', f'{API}{FIELDS}{field.pk}/', {'name': 'stage', 'update_dependents': True}))
        assert found == [200 if kind == 'all' else DENIED[kind]]
        assert ObjectPermission.objects.get(name=f'{MARK} permission').constraints == {'state': MARK}
        assert SavedFilter.objects.get().parameters == {'state': [MARK]}


SIGHTS = {'none': [], 'some': ['one'], 'all': ['one', 'three', 'two']}
LOOKS = """{
    site_list { custom_objects { field_name object { display } } }
    custom_objects_holder_list {
        title custom_objects { field_name object { display } } ref { __typename id } refs { __typename id }
        mixed { __typename } all_mixed { __typename }
    }
    linked_custom_objects(object_type: "dcim.site", object_id: %d) { field_name object { display } }
}"""
# All names and descriptions that a schema has; which type each has follows from the names of the types.
NAMES = """{ __schema {
    types {
        name description interfaces { name } possibleTypes { name } enumValues { name description }
        fields { name description args { name description defaultValue } }
        inputFields { name description defaultValue }
    }
    directives { name description }
} }"""


class TestGraphQL:
    """Each kind may view none of the objects whose type and values bear the mark, then some of them, then all."""

    @staticmethod
    def make():
        site = Site.objects.create(name='Berlin', slug='berlin')
        make_type('another', fields=[('title', 'text')])
        holder = make_type('holder', fields=[('title', 'text')])
        secret = make_type(f'{MARK}_type', slug=f'{MARK}-type', description=f'{MARK} text')
        make_field(secret, f'{MARK}_title', primary=True)
        make_field(secret, f'{MARK}_site', 'object', target=Site)
        make_field(secret, f'{MARK}_up', 'object', target=holder, related_name=f'{MARK}_down')
        make_field(holder, 'ref', 'object', target=secret)
        make_field(holder, 'refs', 'multiobject', target=secret)
        make_field(holder, 'mixed', 'object', targets=[Site, secret])
        make_field(holder, 'all_mixed', 'multiobject', targets=[Site, secret])
        held = make_object(holder, title='shown')
        found = [
            make_object(secret, **{f'{MARK}_title': f'{MARK}-{name}', f'{MARK}_site': site, f'{MARK}_up': held})
            for name in SIGHTS['all']
        ]
        held.ref = held.mixed = found[1]
        held.save()
        held.refs.set(found)
        held.all_mixed.set([*found, site])
        return {'site': site, 'secret': secret, 'holder': holder}

    @pytest.fixture
    @keeps(make)
    def scene(self, user):
        scene = kept_again()
        grant(user, (scene['holder'], ['view'], None), (Site, ['view'], None))
        return scene

    def test_what_is_shown_counted_and_named(self, scene, user, kind):
        for sight, shown in SIGHTS.items():
            names = [f'{MARK}-{name}' for name in shown]
            if names:
                constraint = None if sight == 'all' else {f'{MARK}_title__in': names}
                grant(user, (scene['secret'], ['view'], constraint))
            graphql = GraphQL(user)
            self.shows(graphql, scene, names, sight)
            self.names(graphql, scene, kind, sight)

    def shows(self, graphql, scene, names, sight):
        found = graphql(LOOKS % scene['site'].pk)
        (held,) = found['custom_objects_holder_list']
        (site,) = found['site_list']
        # The holder refers to the site, too.
        linked = [entry['object']['display'] for entry in site['custom_objects'] if entry['field_name'] != 'all_mixed']
        assert sorted(linked) == names
        assert site['custom_objects'] == found['linked_custom_objects']
        assert sorted(entry['object']['display'] for entry in held['custom_objects']) == names
        assert len(held['refs']) == len(names)
        assert len(held['all_mixed']) == len(names) + 1
        assert (held['ref'] is None, held['mixed'] is None) == (sight != 'all',) * 2
        if sight == 'none':
            assert MARK not in str(found)

    def names(self, graphql, scene, kind, sight):
        marks = [
            str(graphql(NAMES)),
            graphql.message(f'{{ custom_objects_{MARK[:-1]}_type_list {{ id }} }}'),
            graphql.message(f'{{ custom_objects_holder_list {{ {MARK[:-1]}_down {{ id }} }} }}'),
            graphql.message(f'{{ custom_objects_holder_list(filters: {{ref: {{{MARK[:-1]}_title: 1}}}}) {{ id }} }}'),
        ]
        assert [MARK in mark for mark in marks] == [sight != 'none'] * 4
        # A type that is hidden is answered for as one that does not exist.
        for argument, known in (
            (f'"custom-objects.%s", object_id: {scene["site"].pk}', sight != 'none' or kind in ('viewing', 'all')),
            (f'"dcim.site", object_id: {scene["site"].pk}, type: "%s"', sight != 'none'),
        ):
            query = f'{{ linked_custom_objects(object_type: {argument}) {{ field_name }} }}'
            hidden, unknown = (str(graphql.send(query % f'{MARK}-{name}')) for name in ('type', 'kind'))
            assert (hidden == unknown.replace(f'{MARK}-kind', f'{MARK}-type')) != known, query
        listed = graphql('{ custom_object_type_list { id } custom_object_type_field_list { name } }')
        seen = kind in ('viewing', 'all')
        assert ({'id': str(scene['secret'].pk)} in listed['custom_object_type_list']) == seen
        assert (MARK in str(listed['custom_object_type_field_list'])) == seen
