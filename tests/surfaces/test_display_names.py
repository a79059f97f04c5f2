"""
What objects are called: by an expression over plain values, a primary field, or their number.

Whoever may edit types and fields must not learn by an expression what they may not view, nor change anything, nor keep
a worker busy (invariant I12).
"""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import ObjectChange
from dcim.models import Site
from extras.models import CachedValue, Tag, Webhook
from ipam.models import IPAddress
from netbox.search.backends import search_backend
from users.models import Token, User

from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_field, make_object, make_sites, make_type
from tests.support.kept import KEEPER, keeps, kept_again, read_again
from tests.surfaces.rest import Rest, make_user
from tests.surfaces.test_query_counts_api import queries
from tests.surfaces.ui import Browser, text_of


def use(kind, expression):
    """Store an expression past the checks, as it may have been stored before there were any."""
    CustomObjectType.objects.filter(pk=kind.pk).update(display_expression=expression)
    return CustomObjectType.objects.get(pk=kind.pk)


@pytest.fixture
def root(rest):
    return Browser(User.objects.get(username='root'))


class TestSecrets:
    """Attributes that REST does not show in brief are not there."""

    @staticmethod
    def make():
        kind = make_type('thing', fields=[
            {'name': 'hook', 'type': 'object', 'target': Webhook}, {'name': 'who', 'type': 'object', 'target': User},
            {'name': 'tok', 'type': 'object', 'target': Token}, {'name': 'place', 'type': 'object', 'target': Site},
            {'name': 'places', 'type': 'multiobject', 'target': Site},
            {'name': 'any', 'type': 'object', 'targets': [Webhook, Site]},
        ])  # fmt: skip
        sites = make_sites()
        hook = Webhook.objects.create(name='hook', payload_url='http://localhost/', secret='top-secret-1')
        user = User.objects.create_user('somebody', password='top-secret-2')
        token = Token(user=user, version=1, token='top5ecret3' * 4)
        token.save()
        sites[0].tags.add(Tag.objects.create(name='kept', slug='kept'))
        obj = make_object(
            kind, hook=hook, who=user, tok=token, place=sites[0], places=sites, any=hook,
        )  # fmt: skip
        return kind, obj

    @pytest.fixture
    @keeps(make)
    def kind(self, db):
        return read_again(KEEPER.value[0])

    @pytest.fixture
    def obj(self, kind):
        return read_again(KEEPER.value[1])

    @pytest.mark.parametrize('expression', [
        '{{ hook.secret }}', '{{ who.password }}', '{{ tok.plaintext }}', '{{ tok.token }}', '{{ any.secret }}',
        "{{ hook['secret'] }}", '{{ places|map(attribute="tags")|list }}', '{{ place.tags }}', '{{ place.pk }}',
        '{{ place.journal_entries.model.created_by.field.related_model.objects.values_list("password")|list }}',
        '{{ place.tags.clear() }}', '{{ place.region.name }}', '{{ id.x }}', '{{ place._state }}',
    ])  # fmt: skip
    def test_show_nowhere(self, rest, root, kind, obj, expression, caplog):
        use(kind, expression)
        body = rest.get(f'thing/{obj.pk}/')
        assert body['display'] == f'Thing {obj.pk}'
        seen = [str(body), text_of(root.get(obj.get_absolute_url())), caplog.text]
        search_backend.cache([kind.get_model().objects.get()])
        seen += CachedValue.objects.values_list('value', flat=True)
        for text in seen:
            assert 'top-secret' not in text
            assert 'top5ecret3' not in text
            assert 'pbkdf2' not in text
        assert Site.objects.get(pk=obj.place_id).tags.exists()

    def test_what_rest_shows_in_brief_can_be_read(self, kind, obj):
        kind = use(
            kind, '{{ hook.name }} {{ hook.id }} {{ who.username }} {{ place.slug }} {{ any }} {{ places[1].slug }}'
        )
        assert str(kind.get_model().objects.get()) == f'hook {obj.hook_id} somebody berlin hook cairo'

    def test_a_right_to_change_types_is_no_right_to_read(self, kind, obj):
        user = make_user(
            'editor', (CustomObjectType, ['view', 'change'], None), (kind, ['view'], None),
        )  # fmt: skip
        rest = Rest(user)
        path = f'custom-object-types/{kind.pk}/'
        rest.patch(path, {'display_expression': '{{ hook.secret }} {{ who.password }} {{ tok.plaintext }}'})
        assert rest.get(f'thing/{obj.pk}/')['display'] == f'Thing {obj.pk}'


class TestRefusals:
    """What cannot be evaluated is refused when it is stored, by line, and where it was stored before, it is named."""

    @pytest.mark.parametrize(('expression', 'named'), [
        ('{{ 9**9999999 }}', '**'), ('x\n{{ name.upper() }}', 'Line 2'), ("{{ ''.__class__ }}", '.__class__'),
        ("{% include 'a' %}", 'include'), ('{{ name', 'Line 1'), ('{% for loop in name %}{% endfor %}', 'Line 1'),
        (r"{{ '\ud800' }}", 'surrogate'), (r"{{ name ~ '\x00' }}", 'null'),
    ])  # fmt: skip
    def test_in_rest_and_forms(self, rest, root, expression, named):
        kind = make_type('thing', fields=[('name', 'text')])
        path = f'custom-object-types/{kind.pk}/'
        for suffix in ('', '?dry_run=true'):
            body = rest.patch(f'{path}{suffix}', {'display_expression': expression}, expect=400)
            assert list(body) == ['display_expression']
            assert named in body['display_expression'][0]
        data = {'name': 'other', 'slug': 'other', 'display_expression': expression}
        assert list(rest.post('custom-object-types/', data, expect=400)) == ['display_expression']
        root.post('custom-object-types/add/', expect=200, **data)
        assert named in str(root.errors['display_expression'])

    @pytest.mark.parametrize('expression', [
        "{{ 'a' * 30000000 }}", '{{ name.upper() }} x', "{{ '%99999999d'|format(1) }}", '{{ 9**9999999 }}',
        '{{ place.region.name }} x',
    ])  # fmt: skip
    def test_stored_before_the_display_falls_back(self, rest, sites, expression):
        kind = make_type('thing', fields=[
            {'name': 'name', 'primary': True}, {'name': 'place', 'type': 'object', 'target': Site},
        ])  # fmt: skip
        make_object(kind, name='A', place=sites[0])
        use(kind, expression)
        assert rest.get('thing/')['results'][0]['display'] == 'A'
        # Other attributes of the type can be changed.
        rest.patch(f'custom-object-types/{kind.pk}/', {'description': 'x', 'display_expression': expression})

    def test_is_named_by_the_page_the_check_and_the_command(self, root, sites, capsys):
        fields = [{'name': 'name', 'primary': True}, {'name': 'place', 'type': 'object', 'target': Site}]
        bad, vain, fine = (make_type(name, fields=fields) for name in ('bad', 'vain', 'fine'))
        use(bad, '{{ name.upper() }}')
        use(vain, '{{ place.region }}')
        use(fine, '{{ name }} {{ place.slug }}{{ gone }}')
        messages = [warning.msg for warning in run_checks(databases=['default'], tags=['database'])]
        assert len(messages) == 2
        assert 'Line 1: a call' in next(text for text in messages if 'bad' in text)
        assert '"place.region"' in next(text for text in messages if 'vain' in text)
        for kind, shown in ((bad, 'Line 1: a call'), (vain, '"place.region" is not available'), (fine, None)):
            text = text_of(root.get(f'custom-object-types/{kind.pk}/'))
            assert shown in text if shown else 'Display expression is not' not in text
        with pytest.raises(SystemExit):
            call_command('upgrade_custom_objects', '--dry-run')
        out = capsys.readouterr().out
        assert 'bad: ' in out
        assert 'Line 1: a call' in out
        assert '"place.region"' in out
        assert 'fine: ' not in out
        call_command('upgrade_custom_objects', '--dry-run', '--cot', 'fine')


class TestValues:
    def test_empty_values_are_empty(self, rest):
        kind = make_type('asset', display_expression='{{ make }} / {{ part }}', fields=[
            ('make', 'text'), ('part', 'text'), {'name': 'color', 'type': 'select', 'choices': ['red']},
            ('n', 'integer'), {'name': 'place', 'type': 'object', 'target': Site},
        ])  # fmt: skip
        obj = make_object(kind, make='Cisco')
        assert rest.get(f'asset/{obj.pk}/')['display'] == 'Cisco /'
        search_backend.cache([obj])
        assert CachedValue.objects.get(field='_display').value == 'Cisco /'
        kind = use(kind, '{{ make ~ part }}{{ part|upper }}{{ n }}{{ place }}{{ color }}{{ part[:3] }}')
        assert str(kind.get_model().objects.get()) == 'Cisco'

    def test_choices_show_their_labels(self, rest):
        kind = make_type('asset', fields=[
            {'name': 'state', 'type': 'select', 'choices': ['red', 'green'], 'primary': True},
            {'name': 'tags_of_it', 'type': 'multiselect', 'choices': ['red', 'green']},
        ])  # fmt: skip
        obj = make_object(kind, state='red', tags_of_it=['green', 'red'])
        path = f'asset/{obj.pk}/'
        assert rest.get(path)['display'] == 'Red'
        search_backend.cache([obj])
        assert CachedValue.objects.get(field='state').value == 'Red'
        other = make_type('other', fields=[{'name': 'asset', 'type': 'object', 'target': kind, 'primary': True}])
        assert str(make_object(other, asset=obj)) == 'Red'
        kind = use(kind, "{{ state }} {{ state.value }} {{ 'x' if state == 'red' }} {{ tags_of_it }}")
        assert rest.get(path)['display'] == 'Red red x Green, Red'
        kind = use(kind, '')
        state, several = kind.fields.get(name='state'), kind.fields.get(name='tags_of_it')
        state.primary, several.primary = False, True
        for field in (state, several):
            field.save()
        assert rest.get(path)['display'] == 'Green, Red'
        several.primary, several.context, state.context = False, True, True
        several.save()
        state.save()
        assert rest.get(path)['_context'] == {'display': 'Red, Green, Red'}

    def test_a_field_of_a_name_that_is_built_in_is_not_what_is_read(self, db):
        kind = make_type('thing', fields=[('name', 'text')])
        kind.fields.filter(name='name').update(name='owner')
        kind = use(kind, '{{ owner }}|{{ tags }}|{{ pk }}')
        assert str(kind.get_model().objects.create()) == '||'

    def test_an_address_is_text(self, rest):
        kind = make_type('thing', display_expression='{{ ip.address }} {{ ip }}', fields=[
            {'name': 'ip', 'type': 'object', 'target': IPAddress},
        ])  # fmt: skip
        make_object(kind, ip=IPAddress.objects.create(address='10.0.0.1/24'))
        assert rest.get('thing/')['results'][0]['display'] == '10.0.0.1/24 10.0.0.1/24'

    def test_targets_without_an_endpoint_have_an_id_and_a_name(self, rest):
        kind = make_type('thing', display_expression='{{ kind.id }} {{ kind }}', fields=[
            {'name': 'kind', 'type': 'object', 'target': ContentType},
        ])  # fmt: skip
        content_type = ContentType.objects.get_for_model(Site)
        make_object(kind, kind=content_type)
        assert rest.get('thing/')['results'][0]['display'] == f'{content_type.pk} {content_type}'

    def test_a_name_that_is_not_read_costs_no_query(self, rest, sites):
        """The name of a target may be made of many other objects; its id never is."""
        inner = make_type('inner', display_expression='{{ places }}', fields=[
            {'name': 'places', 'type': 'multiobject', 'target': Site},
        ])  # fmt: skip
        outer = make_type('outer', fields=[{'name': 'inner', 'type': 'object', 'target': inner}])
        make_field(outer, 'title')
        a = make_object(inner, places=sites)
        for n in range(10):
            make_object(outer, inner=a, title=str(n))
        use(outer, '{{ title }} {{ inner }}')
        assert rest.get('outer/?brief=1')['results'][0]['display'] == '0 Berlin, Cairo, Dakar'
        whole = queries(lambda: rest.get('outer/?brief=1'))
        outer.get_model().objects.filter(title__in=['5', '6', '7', '8', '9']).delete()
        assert queries(lambda: rest.get('outer/?brief=1')) == whole
        use(outer, '{{ title }} {{ inner.id }}')
        assert queries(lambda: rest.get('outer/?brief=1')) <= whole
        assert rest.get('outer/?brief=1')['results'][0]['display'] == f'0 {a.pk}'


class TestNamesWithinNames:
    """A name that is made of other objects' names costs no more than its bounds, however these hang together."""

    def test_of_a_network_of_objects_end(self, db):
        kind = make_type(
            'node', display_expression='{{ name }} {{ peers }}', fields=[{'name': 'name', 'primary': True}]
        )
        make_field(kind, 'peers', 'multiobject', target=kind)
        nodes = [make_object(kind, name=f'n{number}') for number in range(8)]
        for node in nodes:
            node.peers.set([other for other in nodes if other != node])
        for node in kind.get_model().objects.all():
            with CaptureQueriesContext(connection) as counted:
                assert str(node).startswith(f'{node.name} n')
            assert len(counted) < 500


class TestPages:
    """Names on one page are bounded together: beyond that, expensive ones are made of the primary field."""

    COUNT = 60

    @staticmethod
    def make(count=COUNT):
        loop = '{% for a in extra %}{% for b in extra %}{% endfor %}{% endfor %}'
        kind = make_type('asset', display_expression=f'{loop}<{{{{ name }}}}>', fields=[
            {'name': 'name', 'primary': True}, ('extra', 'json'),
        ])  # fmt: skip
        model = kind.get_model()
        model.objects.bulk_create(model(name=f'n{n:03}', extra=list(range(80))) for n in range(count))
        return kind

    @pytest.fixture
    @keeps(make)
    def kind(self, db):
        return kept_again()

    def shown(self, rest, **params):
        names = [row['display'] for row in rest.get('asset/', limit=self.COUNT, **params)['results']]
        assert all(name.strip('<>') == f'n{n:03}' for n, name in enumerate(names))
        return len([name for name in names if name.startswith('<')])

    def test_of_expensive_names_end(self, rest, root, kind):
        made = self.shown(rest)
        assert 15 < made < 45
        # A request has what the others have not used up.
        assert self.shown(rest, brief=True) == made
        assert rest.get(f'asset/{kind.get_model().objects.last().pk}/')['display'] == f'<n{self.COUNT - 1:03}>'
        page = root.get(f'asset/?per_page={self.COUNT}')
        assert 0 < page.count('&lt;n0') <= 2 * made
        assert f'n{self.COUNT - 1:03}' in page

    def test_of_cheap_names_do_not(self, rest, kind):
        kind.get_model().objects.update(extra=[1, 2])
        assert self.shown(rest) == self.COUNT

    def test_of_what_is_written_are_complete(self, rest, kind):
        pks = list(kind.get_model().objects.values_list('pk', flat=True))
        rest.patch('asset/', [{'id': pk, 'name': f'm{pk}'} for pk in pks])
        names = ObjectChange.objects.filter(action='update').values_list('object_repr', flat=True)
        assert sorted(names) == sorted(f'<m{pk}>' for pk in pks)


class TestDeletedObjects:
    """An object keeps its name when it is deleted: what is said about that calls it by its name, and never "None"."""

    @pytest.mark.parametrize(('fields', 'named'), [
        ([('name', 'text')], 'Contract {pk}'),
        ([{'name': 'name', 'primary': True}], 'Lease'),
        ([{'name': 'sites', 'type': 'multiobject', 'target': Site, 'primary': True}], 'Berlin, Cairo'),
    ])  # fmt: skip
    def test_in_the_note_on_the_next_page(self, root, sites, fields, named):
        kind = make_type('contract', fields=fields)
        obj = make_object(kind, **({'sites': sites[:2]} if 'Berlin' in named else {'name': 'Lease'}))
        root.post(f'contract/{obj.pk}/delete/', confirm='true')
        deleted, _undo = root.messages
        assert deleted == f'Deleted Contract {named.format(pk=obj.pk)}'

    def test_wherever_it_is_deleted(self, db):
        kind = make_type('contract')
        obj = make_object(kind)
        pk = obj.pk
        obj.delete()
        assert str(obj) == f'Contract {pk}'
        assert str(kind.get_model()()) == 'Contract'
