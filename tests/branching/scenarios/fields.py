"""Scenarios: fields added, edited, converted and deleted on types that hold objects."""

from .edits import (
    AddChoice,
    AddField,
    AddSite,
    AddType,
    Change,
    Convert,
    Create,
    Delete,
    DeleteField,
    Link,
    SetField,
    UseChoicesOf,
)
from .expect import Has, Rows
from .scenario import Scenario
from .types import SERVERS

FIELDS = (
    Scenario(
        'fields of every plain type are added and filled',
        ancestor=SERVERS,
        branch=(
            *(
                AddField('server', text)
                for text in ('a1:text', 'a2:longtext', 'a3:integer', 'a4:decimal', 'a5:boolean')
            ),
            *(AddField('server', text) for text in ('b1:date', 'b2:datetime', 'b3:url', 'b4:json')),
            AddField('server', 'c1:select=red,blue'),
            AddField('server', 'c2:multiselect=red,blue'),
            Change('server', 'a', a1='x', a2='y', a3=2**63 - 1, a4='1.10', a5=False),
            Change('server', 'a', b1='2026-01-02', b2='2026-01-02T03:04:05Z', b3='https://x.example', b4={'k': [1]}),
            Change('server', 'a', c1='red', c2=['red', 'blue']),
        ),
        merged=(
            Rows(
                'server',
                'title amount a1 a2 a3 a4 a5 b1 b2 b3 b4 c1 c2',
                'a 1 x y 9223372036854775807 1.10 no 2026-01-02 2026-01-02T03:04:05+00:00 https://x.example {"k":[1]} '
                'red blue,red',
                'b 2 - - - - - - - - - - -',
            ),
        ),
    ),
    Scenario(
        'a field with a default fills what is there',
        ancestor=SERVERS,
        branch=(AddField('server', 'state', default='new'), Change('server', 'a', state='old'), Create('server', 'c')),
        merged=(Rows('server', 'title amount state', 'a 1 old', 'b 2 new', 'c - new'),),
    ),
    Scenario(
        'a field with a default is added while main adds objects',
        ancestor=SERVERS,
        branch=(AddField('server', 'state', default='new'),),
        main=(Create('server', 'c', amount=3),),
        merged=(Rows('server', 'title amount state', 'a 1 new', 'b 2 new', 'c 3 new'),),
    ),
    Scenario(
        'a unique field is added and filled',
        ancestor=SERVERS,
        branch=(
            AddField('server', 'serial:text:unique'),
            Change('server', 'a', serial='1'),
            Change('server', 'b', serial='2'),
        ),
        merged=(Rows('server', 'title amount serial', 'a 1 1', 'b 2 2'), Has('server.serial', unique=True)),
    ),
    Scenario(
        'a required field with a default is added',
        ancestor=SERVERS,
        branch=(AddField('server', 'serial:text:required', default='x'), Change('server', 'a', serial='y')),
        merged=(Rows('server', 'title amount serial', 'a 1 y', 'b 2 x'), Has('server.serial', required=True)),
    ),
    Scenario(
        'a field is made required after its gaps were filled',
        ancestor=(AddType('server', 'title serial'), Create('server', 'a')),
        branch=(Change('server', 'a', serial='x'), SetField('server.serial', required=True)),
        merged=(Rows('server', 'title serial', 'a x'), Has('server.serial', required=True)),
    ),
    Scenario(
        'a required field is made optional and emptied',
        ancestor=(AddType('server', 'title serial:text:required'), Create('server', 'a', serial='x')),
        branch=(SetField('server.serial', required=False), Change('server', 'a', serial=None), Create('server', 'b')),
        merged=(Rows('server', 'title serial', 'a -', 'b -'), Has('server.serial', required=False)),
    ),
    Scenario(
        'a field is made unique',
        ancestor=SERVERS,
        branch=(SetField('server.amount', unique=True), Create('server', 'c', amount=3)),
        merged=(Rows('server', 'title amount', 'a 1', 'b 2', 'c 3'), Has('server.amount', unique=True)),
    ),
    Scenario(
        'a field is made unique after duplicates were removed',
        ancestor=(AddType('server', 'title amount:integer'), Create('server', 'a b', amount=1)),
        branch=(Change('server', 'b', amount=2), SetField('server.amount', unique=True)),
        merged=(Rows('server', 'title amount', 'a 1', 'b 2'), Has('server.amount', unique=True)),
    ),
    Scenario(
        'a unique field stops being unique, and gets duplicates',
        ancestor=(AddType('server', 'title amount:integer:unique'), Create('server', 'a', amount=1)),
        branch=(SetField('server.amount', unique=False), Create('server', 'b', amount=1)),
        merged=(Rows('server', 'title amount', 'a 1', 'b 1'), Has('server.amount', unique=False)),
    ),
    Scenario(
        'unique is switched on in main, and the branch adds other values',
        ancestor=SERVERS,
        branch=(Create('server', 'c', amount=3),),
        main=(SetField('server.amount', unique=True),),
        merged=(Rows('server', 'title amount', 'a 1', 'b 2', 'c 3'), Has('server.amount', unique=True)),
    ),
    Scenario(
        'another field becomes the primary one',
        ancestor=(AddType('server', 'title:text:primary serial'), Create('server', 'a', serial='x')),
        branch=(SetField('server.serial', primary=True),),
        merged=(Has('server.title', primary=False), Has('server.serial', primary=True)),
    ),
    Scenario(
        'both sides choose a primary field',
        ancestor=(AddType('server', 'title:text:primary serial code'), Create('server', 'a', serial='x')),
        branch=(SetField('server.serial', primary=True),),
        main=(SetField('server.code', primary=True),),
        merged=(
            Has('server.title', primary=False),
            Has('server.serial', primary=True),
            Has('server.code', primary=False),
        ),
        reverted=(
            Has('server.title', primary=True),
            Has('server.serial', primary=False),
            Has('server.code', primary=False),
        ),
        # Docs, limits: a sync takes over main's choice, and the merge that follows makes the branch's.
        can_sync=False,
    ),
    Scenario(
        'limits and patterns are changed',
        ancestor=SERVERS,
        branch=(
            SetField('server.amount', validation_minimum=0, validation_maximum=99),
            SetField('server.title', validation_regex='^[a-z]+$'),
            Create('server', 'c', amount=99),
        ),
        merged=(
            Has('server.amount', validation_minimum=0, validation_maximum=99),
            Has('server.title', validation_regex='^[a-z]+$'),
            Rows('server', 'title amount', 'a 1', 'b 2', 'c 99'),
        ),
    ),
    Scenario(
        'all that only concerns how a field is shown is changed',
        ancestor=SERVERS,
        branch=(
            SetField('server.title', label='Title', description='What it is called', group_name='General', weight=7),
            SetField('server.title', ui_visible='if-set', ui_editable='no', filter_logic='exact', in_list=False),
            SetField('server.title', is_cloneable=True, deprecated=True, deprecated_since='1.0', comments='Why'),
            SetField('server.amount', context=True, default=5),
        ),
        merged=(
            Has('server.title', label='Title', description='What it is called', group_name='General', weight=7),
            Has('server.title', ui_visible='if-set', ui_editable='no', filter_logic='exact', in_list=False),
            Has('server.title', is_cloneable=True, deprecated=True, deprecated_since='1.0', comments='Why'),
            Has('server.amount', context=True, default=5),
        ),
    ),
    Scenario(
        'fields are reordered on both sides',
        ancestor=SERVERS,
        branch=(SetField('server.title', weight=300), SetField('server.amount', weight=200)),
        main=(SetField('server.title', group_name='General'), SetField('server.amount', label='Number')),
        merged=(
            Has('server.title', weight=300, group_name='General'),
            Has('server.amount', weight=200, label='Number'),
        ),
    ),
    Scenario(
        'the same attribute is changed on both sides, alike',
        ancestor=SERVERS,
        branch=(SetField('server.title', label='Title'),),
        main=(SetField('server.title', label='Title'),),
        merged=(Has('server.title', label='Title'),),
        reverted=(Has('server.title', label=''),),
    ),
    Scenario(
        'the same attribute is changed on both sides, differently',
        ancestor=SERVERS,
        branch=(SetField('server.title', label='Branch'),),
        main=(SetField('server.title', label='Main'),),
        merged=(Has('server.title', label='Branch'),),
        reverted=(Has('server.title', label=''),),
        synced=(Has('server.title', label='Main'),),
    ),
    Scenario(
        'a default is set in the branch, a label in main',
        ancestor=SERVERS,
        branch=(SetField('server.amount', default=5), Create('server', 'c')),
        main=(SetField('server.amount', label='Number'), Create('server', 'd')),
        merged=(
            Has('server.amount', default=5, label='Number'),
            Rows('server', 'title amount', 'a 1', 'b 2', 'c 5', 'd -'),
        ),
    ),
    Scenario(
        'integer becomes text, and is edited',
        ancestor=SERVERS,
        branch=(
            Convert('server.amount', 'text'),
            Change('server', 'a', amount='ten'),
            Create('server', 'c', amount='x'),
        ),
        merged=(Rows('server', 'title amount', 'a ten', 'b 2', 'c x'), Has('server.amount', type='text')),
    ),
    Scenario(
        'values are edited, and then converted',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10), Create('server', 'c', amount=3), Convert('server.amount', 'text')),
        merged=(Rows('server', 'title amount', 'a 10', 'b 2', 'c 3'), Has('server.amount', type='text')),
    ),
    Scenario(
        'text becomes longtext',
        ancestor=(AddType('server', 'title notes'), Create('server', 'a', notes='x')),
        branch=(Convert('server.notes', 'longtext'), Change('server', 'a', notes='y')),
        main=(Create('server', 'b', notes='z'),),
        merged=(Rows('server', 'title notes', 'a y', 'b z'), Has('server.notes', type='longtext')),
    ),
    Scenario(
        'integer becomes decimal while main edits values',
        ancestor=SERVERS,
        branch=(Convert('server.amount', 'decimal'),),
        main=(Change('server', 'a', amount=10), Create('server', 'c', amount=3)),
        merged=(Rows('server', 'title amount', 'a 10.00', 'b 2.00', 'c 3.00'), Has('server.amount', type='decimal')),
    ),
    Scenario(
        'integer becomes text in main while the branch edits values',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10), Create('server', 'c', amount=3)),
        main=(Convert('server.amount', 'text'),),
        merged=(Rows('server', 'title amount', 'a 10', 'b 2', 'c 3'), Has('server.amount', type='text')),
    ),
    Scenario(
        'a field is converted alike on both sides',
        ancestor=SERVERS,
        branch=(Convert('server.amount', 'text'), Change('server', 'a', amount='10')),
        main=(Convert('server.amount', 'text'), Change('server', 'b', amount='20')),
        merged=(Rows('server', 'title amount', 'a 10', 'b 20'), Has('server.amount', type='text')),
        reverted=(Rows('server', 'title amount', 'a 1', 'b 20'), Has('server.amount', type='integer')),
    ),
    Scenario(
        'a decimal gets more digits and places while main edits values',
        ancestor=(AddType('server', 'title price:decimal'), Create('server', 'a b', price='1.10')),
        branch=(
            SetField('server.price', decimal_digits=38, decimal_places=10, unit='€'),
            Change('server', 'a', price='1234567890123456789012345678.0123456789'),
        ),
        main=(Change('server', 'b', price='2.20'), Create('server', 'c', price='3.30')),
        merged=(
            Rows(
                'server',
                'title price',
                'a 1234567890123456789012345678.0123456789',
                'b 2.2000000000',
                'c 3.3000000000',
            ),
            Has('server.price', decimal_digits=38, decimal_places=10, unit='€'),
        ),
    ),
    Scenario(
        'a decimal gets less places on both sides, alike',
        ancestor=(AddType('server', 'title price:decimal'), Create('server', 'a', price='1.10')),
        branch=(SetField('server.price', decimal_places=1), Create('server', 'b', price='2.2')),
        main=(SetField('server.price', decimal_places=1),),
        merged=(Rows('server', 'title price', 'a 1.1', 'b 2.2'), Has('server.price', decimal_places=1)),
        reverted=(Rows('server', 'title price', 'a 1.10'), Has('server.price', decimal_places=None)),
    ),
    Scenario(
        'select becomes text, and text becomes select',
        ancestor=(
            AddType('server', 'title color:select=red,blue word'),
            Create('server', 'a', color='red', word='blue'),
        ),
        branch=(
            Convert('server.word', 'select', choices='server.color'),
            Convert('server.color', 'text', choice_set=None),
            Change('server', 'a', color='any'),
        ),
        merged=(Rows('server', 'title color word', 'a any blue'), Has('server.word', type='select')),
    ),
    Scenario(
        'a select gets another choice set',
        ancestor=(
            AddType('server', 'title color:select=red,blue paint:select=green,red'),
            Create('server', 'a', color='red'),
        ),
        branch=(UseChoicesOf('server.color', 'server.paint'), Change('server', 'a', color='green')),
        merged=(Rows('server', 'title color paint', 'a green -'),),
    ),
    Scenario(
        'a choice is added in main while the branch is open',
        ancestor=(AddType('server', 'title color:select=red'), Create('server', 'a', color='red')),
        branch=(Create('server', 'b', color='red'),),
        main=(AddChoice('server.color', 'blue'), Change('server', 'a', color='blue')),
        merged=(Rows('server', 'title color', 'a blue', 'b red'),),
    ),
    Scenario(
        'a filled field is deleted',
        ancestor=SERVERS,
        branch=(DeleteField('server.amount'), Create('server', 'c')),
        merged=(Rows('server', 'title', 'a', 'b', 'c'),),
    ),
    Scenario(
        'a unique field is deleted with its values',
        ancestor=(
            AddType('server', 'title serial:text:unique'),
            Create('server', 'a', serial='1'),
            Create('server', 'b', serial='2'),
        ),
        branch=(DeleteField('server.serial'), Change('server', 'a', title='a2'), Create('server', 'c')),
        merged=(Rows('server', 'title', 'a2', 'b', 'c'),),
    ),
    Scenario(
        'a multiobject field is deleted with its links',
        ancestor=(
            AddSite('here', 'there'),
            AddType('server', 'title sites:multiobject>site'),
            Create('server', 'a', sites='here there'),
            Create('server', 'b', sites='here'),
        ),
        branch=(DeleteField('server.sites'), Change('server', 'a', title='a2')),
        merged=(Rows('server', 'title', 'a2', 'b'),),
    ),
    Scenario(
        'values are edited, and the field is deleted',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10), Create('server', 'c', amount=3), DeleteField('server.amount')),
        merged=(Rows('server', 'title', 'a', 'b', 'c'),),
    ),
    Scenario(
        'a field is added, filled and deleted',
        ancestor=SERVERS,
        branch=(AddField('server', 'serial'), Change('server', 'a', serial='x'), DeleteField('server.serial')),
        merged=(Rows('server', 'title amount', 'a 1', 'b 2'),),
    ),
    Scenario(
        'an object is deleted, and then a field',
        ancestor=SERVERS,
        branch=(Delete('server', 'a'), DeleteField('server.amount')),
        merged=(Rows('server', 'title', 'b'),),
    ),
    Scenario(
        'a field is deleted while main edits its values',
        ancestor=SERVERS,
        branch=(DeleteField('server.amount'),),
        main=(Change('server', 'a', amount=10), Create('server', 'c', amount=3)),
        merged=(Rows('server', 'title', 'a', 'b', 'c'),),
    ),
    Scenario(
        'a field is deleted in main while the branch edits its values',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10, title='a2'), Create('server', 'c', amount=3)),
        main=(DeleteField('server.amount'),),
        merged=(Rows('server', 'title', 'a2', 'b', 'c'),),
    ),
    Scenario(
        'a field is deleted, then an object that held a value in it',
        ancestor=SERVERS,
        branch=(DeleteField('server.amount'), Delete('server', 'a')),
        merged=(Rows('server', 'title', 'b'),),
        reverted=(Rows('server', 'title amount', 'a 1', 'b 2'),),
    ),
    Scenario(
        'fields of many kinds are deleted, then all objects',
        ancestor=(
            AddType('server', 'title price:decimal seen:datetime notes:json on:boolean serial:text:unique'),
            AddField('server', 'sites:multiobject>site'),
            AddSite('here'),
            Create(
                'server', 'a', price='1.10', seen='2026-01-02T03:04:05Z', notes={'x': [1, None]}, on=True, serial='s'
            ),
            Link('server', 'a', 'sites', 'here'),
        ),
        branch=(
            *(DeleteField(f'server.{name}') for name in ('price', 'seen', 'notes', 'on', 'serial', 'sites')),
            Delete('server', 'a'),
        ),
        merged=(Rows('server', 'title'),),
    ),
    Scenario(
        'a field is deleted on both sides',
        ancestor=SERVERS,
        branch=(DeleteField('server.amount'), Change('server', 'a', title='a2')),
        main=(DeleteField('server.amount'), Change('server', 'b', title='b2')),
        merged=(Rows('server', 'title', 'a2', 'b2'),),
        reverted=(Rows('server', 'title amount', 'a 1', 'b2 2'),),
    ),
    Scenario(
        'each side adds a field and fills it',
        ancestor=SERVERS,
        branch=(AddField('server', 'serial'), Change('server', 'a', serial='S')),
        main=(AddField('server', 'place'), Change('server', 'b', place='P')),
        merged=(Rows('server', 'title amount serial place', 'a 1 S -', 'b 2 - P'),),
    ),
    Scenario(
        'each side adds a field and fills it in the same object',
        ancestor=SERVERS,
        branch=(AddField('server', 'serial'), Change('server', 'a', serial='S')),
        main=(AddField('server', 'place'), Change('server', 'a', place='P')),
        merged=(Rows('server', 'title amount serial place', 'a 1 S P', 'b 2 - -'),),
    ),
    Scenario(
        'main deletes a field, the branch adds one and fills it',
        ancestor=SERVERS,
        branch=(AddField('server', 'serial'), Change('server', 'a b', serial='S')),
        main=(DeleteField('server.amount'),),
        merged=(Rows('server', 'title serial', 'a S', 'b S'),),
    ),
)
