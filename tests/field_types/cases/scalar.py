"""Cases of email, color, mac_address and duration."""

from datetime import timedelta

from netaddr import EUI

from dcim.fields import mac_unix_expanded_uppercase

from .base import Case, Filter, ordered_lookups, sample, text_lookups

EMAILS = ('alpha@example.com', 'beta+tag@example.org', "o'hara@[192.0.2.1]")
COLORS = ('aa1409', '00ff7f', 'ffe4e1')
MAC_ADDRESSES = ('00:1A:2B:3C:4D:5E', 'FF:FF:FF:FF:FF:FF', '02:00:00:00:00:00')
DURATIONS = (
    (timedelta(days=1, hours=2, minutes=30), 'P1DT2H30M', '1 02:30:00', '1d 2h 30m'),
    (timedelta(minutes=-90), '-PT1H30M', '-1 22:30:00', '-1h 30m'),
    (timedelta(seconds=59, microseconds=120), '59.00012', '00:00:59.000120', '59.00012s'),
)


def mac(text: str) -> EUI:
    return EUI(text, version=48, dialect=mac_unix_expanded_uppercase)


CASES = (
    Case(
        'email',
        ('character varying(254)',),
        values=(*EMAILS, 'a@münchen.example', f'{"x" * 64}@{"y" * 63}.{"z" * 63}.example'),
        default=('new@example.com', 'new@example.com'),
        bad_values=('no address', 'nul\0@example.com', f'{"x" * 244}@example.com', 'a@b@c', 'a@example.com '),
        bad_defaults=('no address', ['a@example.com'], {'a': 1}, True, 5, 'nul\0@example.com'),
        blank=('',),
        samples=tuple(map(sample, EMAILS)),
        filters=(Filter('value', 'LPHA', (0,)), Filter('value', ['LPHA', 'eta'], (0, 1)), *text_lookups(*EMAILS)),
        bad_filters=(('value', 'nul\0'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(0, 1, 2),
        bad_form={'value': 'no address'},
        bad_text={'value': 'a@b@c'},
        bad_rest='no address',
        word='alpha',
        quick='LPHA@ex',
        regex='^alpha@',
        graphql=str | None,
    ),
    Case(
        'color',
        ('character varying(6)',),
        values=COLORS,
        default=('#AA1409', 'aa1409'),
        bad_values=('red', 'aa140', 'aa14091', 'gg1409', 'nul\0ab'),
        bad_defaults=('red', 5, ['aa1409'], True, 'aa140'),
        blank=('',),
        samples=(
            sample('aa1409', '#AA1409', reads='aa1409', form='aa1409'),
            sample('00ff7f', form='#00FF7F', text='00ff7f', cell='00ff7f'),
            sample('ffe4e1'),
        ),
        filters=(
            Filter('value', 'aa1409', (0,)),
            Filter('value', '#AA1409', (0,)),
            Filter('value', ['aa1409', '00ff7f'], (0, 1)),
            Filter('value', 'null', (None,)),
            *text_lookups(*COLORS),
        ),
        bad_filters=(('value', 'red'), ('value__n', 'red'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(1, 0, 2),
        bad_form={'value': 'red'},
        bad_text={'value': 'red'},
        bad_rest='red',
        word='aa1409',
        quick='A14',
        graphql=str | None,
    ),
    Case(
        'mac_address',
        ('macaddr',),
        values=tuple(map(mac, (*MAC_ADDRESSES, '00:00:00:00:00:00'))),
        default=('001a.2b3c.4d5e', mac('00:1A:2B:3C:4D:5E')),
        bad_values=('x', '00:1A:2B:3C:4D', '00:1A:2B:3C:4D:5G', '00:1A:2B:3C:4D:5E:6F', '01a2b3c4d5e', 5),
        bad_defaults=('', 'x', 5, ['00:1A:2B:3C:4D:5E'], True, 'nul\0'),
        samples=(
            sample(mac(MAC_ADDRESSES[0]), '001a.2b3c.4d5e', reads=MAC_ADDRESSES[0], form=MAC_ADDRESSES[0]),
            sample(mac(MAC_ADDRESSES[1]), 'ffffffffffff', reads=MAC_ADDRESSES[1], form=MAC_ADDRESSES[1]),
            sample(
                mac(MAC_ADDRESSES[2]),
                MAC_ADDRESSES[2],
                form='2-0-0-0-0-0',
                text=MAC_ADDRESSES[2],
                cell=MAC_ADDRESSES[2],
            ),
        ),
        filters=(
            Filter('value', '00-1a-2b-3c-4d-5e', (0,)),
            Filter('value', list(MAC_ADDRESSES[:2]), (0, 1)),
            Filter('value', 'null', (None,)),
            *text_lookups(*MAC_ADDRESSES),
        ),
        bad_filters=(('value', 'x'), ('value__n', '00:1A'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(0, 2, 1),
        bad_form={'value': '00:1A:2B'},
        bad_text={'value': 'x'},
        bad_rest='00:1A:2B:3C:4D',
        word='00:1A:2B',
        quick='1a:2b',
        graphql=str | None,
    ),
    Case(
        'duration',
        ('interval',),
        values=(
            *(value for value, *_ in DURATIONS),
            timedelta(0),
            timedelta(microseconds=1),
            timedelta(microseconds=-1),
            timedelta.min,
            timedelta.max,
        ),
        default=('PT1.5H', timedelta(hours=1, minutes=30)),
        bad_values=('x', 'P1Y', 'P1M', 'PT', '1:2:3:4', '0.0000001', '1000000000 00:00:00', 5, 'nul\0'),
        bad_defaults=('', 'x', 5, 1.5, True, ['1'], {'a': 1}, 'P1Y', '1000000000 00:00:00'),
        samples=tuple(sample(value, rest, reads=text, form=text, cell=cell) for value, rest, text, cell in DURATIONS),
        filters=(
            Filter('value', '26:30:00', (0,)),
            *ordered_lookups('P1DT2H30M', '-1 22:30:00', 'PT59.00012S', order=(1, 2, 0)),
        ),
        bad_filters=(
            ('value', 'x'),
            ('value', 'P1Y'),
            ('value', '9' * 30),
            ('value', 'null'),
            ('value__gt', 'x'),
            ('value__n', 'P'),
            ('value__empty', 'maybe'),
        ),
        order=(1, 2, 0),
        bad_form={'value': 'P1Y'},
        bad_text={'value': 'x'},
        bad_rest='P1Y',
        word='02:30',
        graphql=str | None,
    ),
)
