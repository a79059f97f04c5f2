"""Addresses, networks, coordinates and arrays through the life of a branch."""

from datetime import UTC, date, datetime
from decimal import Decimal

from netaddr import IPNetwork

from tests.support.branches import assert_schema_is_clean, delete, edit, rows
from tests.support.factories import make_field, make_object, make_type

ARRAYS = {
    'texts': ('text', ['b', 'a', 'b', 'two\nlines']),
    'numbers': ('integer', [2**63 - 1, 0]),
    'prices': ('decimal', [Decimal('1.10'), Decimal('-5.00')]),
    'days': ('date', [date(2026, 1, 31)]),
    'moments': ('datetime', [datetime(2026, 1, 31, 12, 30, 15, 123456, tzinfo=UTC)]),
    'flags': ('boolean', [True, False]),
    'hosts': ('ip_address', [IPNetwork('192.0.2.1/24')]),
}
VALUES = {
    'address': '192.0.2.1/24',
    'network': '2001:db8::/32',
    'place_latitude': Decimal('47.376900'),
    'place_longitude': Decimal('8.541700'),
    **{name: items for name, (_, items) in ARRAYS.items()},
}


def make_host():
    host = make_type('host', fields=[('address', 'ip_address'), ('network', 'ip_prefix'), ('place', 'coordinates')])
    for name, (element_type, _) in ARRAYS.items():
        make_field(host, name, 'array', element_type=element_type)
    return host


def stored(model, pk):
    obj = model.objects.get(pk=pk)
    values = {name: getattr(obj, name) for name in VALUES}
    return {name: str(value) if isinstance(value, IPNetwork) else value for name, value in values.items()}


def test_values_of_a_type_made_in_a_branch_arrive_and_leave(lab, branch, strategy):
    with lab.request(branch):
        host = make_host()
        pk = make_object(host, **VALUES).pk
    for _round in range(2):
        lab.merge(branch, strategy)
        with lab.request():
            assert stored(host.get_model(), pk) == VALUES
            assert_schema_is_clean()
        lab.revert(branch)
        with lab.request():
            assert_schema_is_clean()


def test_edits_and_deletions_are_merged_and_undone(lab, strategies):
    with lab.request():
        host = make_host()
        kept, gone = (make_object(host, **VALUES).pk for _number in range(2))
    branch = lab.branch()
    changed = {
        **VALUES, 'address': '192.0.2.2/24', 'network': None, 'place_latitude': None, 'place_longitude': None,
        'texts': [], 'numbers': [5, 5], 'moments': None,
    }  # fmt: skip
    with lab.request(branch):
        model = host.get_model()
        edit(model.objects.get(pk=kept), **changed)
        delete(model.objects.get(pk=gone))
        made = make_object(host, **VALUES).pk
    with lab.request():
        assert stored(model, kept) == stored(model, gone) == VALUES
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            assert stored(model, kept) == changed
            assert stored(model, made) == VALUES
            assert rows(model, 'pk') == [(kept,), (made,)]
        lab.revert(branch)
        with lab.request():
            assert stored(model, kept) == stored(model, gone) == VALUES
            assert rows(model, 'pk') == [(kept,), (gone,)]
            assert_schema_is_clean()
