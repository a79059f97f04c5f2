"""Scenarios: types made, edited, renamed and deleted."""

from .edits import (
    AddField,
    AddType,
    Change,
    Create,
    Delete,
    DeleteField,
    DeleteType,
    Journal,
    Rename,
    RenameType,
    SetField,
    SetType,
    Tagged,
    TagType,
)
from .expect import Gone, Has, Rows, TypeTags
from .scenario import Scenario

SERVERS = (AddType('server', 'title amount:integer'), Create('server', 'a', amount=1), Create('server', 'b', amount=2))

TYPES = (
    Scenario(
        'a type with objects is made',
        branch=(AddType('server', 'title amount:integer'), Create('server', 'a b', amount=1)),
        merged=(Rows('server', 'title amount', 'a 1', 'b 1'),),
    ),
    Scenario('a type without fields is made', branch=(AddType('server'),), merged=(Rows('server', ''),)),
    Scenario(
        'a type is edited after its objects were made',
        branch=(AddType('server', 'title'), Create('server', 'a'), SetType('server', description='late')),
        merged=(Rows('server', 'title', 'a'), Has('server', description='late')),
    ),
    Scenario(
        'a type is made, filled and deleted',
        branch=(AddType('server', 'title'), Create('server', 'a'), DeleteType('server')),
        merged=(Gone('server'),),
    ),
    Scenario(
        'a type is made and renamed, with objects at each step',
        branch=(
            AddType('server', 'title'),
            Create('server', 'a'),
            RenameType('server', 'host'),
            Create('host', 'b'),
            RenameType('host', 'machine'),
            Change('machine', 'a', title='a2'),
        ),
        merged=(Rows('machine', 'title', 'a2', 'b'), Has('machine', slug='machine')),
    ),
    Scenario(
        'a filled type is renamed, with objects at each step',
        ancestor=SERVERS,
        branch=(
            Change('server', 'a', amount=10),
            RenameType('server', 'host'),
            Change('host', 'b', amount=20),
            RenameType('host', 'machine'),
            Create('machine', 'c', amount=30),
        ),
        merged=(Rows('machine', 'title amount', 'a 10', 'b 20', 'c 30'),),
    ),
    Scenario(
        'only the slug of a type is changed',
        ancestor=SERVERS,
        branch=(SetType('server', slug='hosts'), Create('server', 'c', amount=3)),
        merged=(Has('server', slug='hosts'), Rows('server', 'title amount', 'a 1', 'b 2', 'c 3')),
    ),
    Scenario(
        'all other attributes of a type are changed',
        ancestor=SERVERS,
        branch=(
            SetType('server', verbose_name='Server', verbose_name_plural='Servers'),
            SetType('server', description='What serves', comments='Long', group_name='Machines', version='1.1'),
            SetType('server', display_expression='{{ title }} ({{ amount }})'),
        ),
        merged=(
            Has('server', verbose_name='Server', verbose_name_plural='Servers', description='What serves'),
            Has('server', comments='Long', group_name='Machines', version='1.1'),
            Has('server', display_expression='{{ title }} ({{ amount }})'),
        ),
    ),
    Scenario(
        'an attribute of a type is emptied',
        ancestor=(AddType('server', 'title', description='Old', group_name='Old'),),
        branch=(SetType('server', description=''),),
        main=(SetType('server', group_name=''),),
        merged=(Has('server', description='', group_name=''),),
    ),
    Scenario(
        'a type is renamed in main while the branch edits its objects',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10), Create('server', 'c', amount=3), Delete('server', 'b')),
        main=(RenameType('server', 'host'),),
        merged=(Rows('host', 'title amount', 'a 10', 'c 3'),),
    ),
    Scenario(
        'a type is renamed in the branch while main edits its objects',
        ancestor=SERVERS,
        branch=(RenameType('server', 'host'),),
        main=(Change('server', 'a', amount=10), Create('server', 'c', amount=3), Delete('server', 'b')),
        merged=(Rows('host', 'title amount', 'a 10', 'c 3'),),
    ),
    Scenario(
        'a type is given the same name on both sides',
        ancestor=SERVERS,
        branch=(RenameType('server', 'host'), Create('host', 'c')),
        main=(RenameType('server', 'host'), Create('host', 'd')),
        merged=(Rows('host', 'title amount', 'a 1', 'b 2', 'c -', 'd -'),),
        # What both sides did is undone for both.
        reverted=(Rows('server', 'title amount', 'a 1', 'b 2', 'd -'),),
    ),
    Scenario(
        'a type is given different names on both sides',
        ancestor=SERVERS,
        branch=(RenameType('server', 'host'), Create('host', 'c')),
        main=(RenameType('server', 'machine'), Create('machine', 'd')),
        merged=(Rows('host', 'title amount', 'a 1', 'b 2', 'c -', 'd -'),),
        reverted=(Rows('server', 'title amount', 'a 1', 'b 2', 'd -'),),
        # A sync is main's word: the branch takes it over.
        synced=(Rows('machine', 'title amount', 'a 1', 'b 2', 'c -', 'd -'),),
    ),
    Scenario(
        'one side renames a type, the other describes it',
        ancestor=SERVERS,
        branch=(SetType('server', description='from the branch'),),
        main=(RenameType('server', 'host'),),
        merged=(Has('host', description='from the branch', slug='host'),),
    ),
    Scenario(
        'both sides make types',
        branch=(AddType('vendor', 'title'), Create('vendor', 'acme')),
        main=(AddType('model', 'title'), Create('model', 'x1')),
        merged=(Rows('vendor', 'title', 'acme'), Rows('model', 'title', 'x1')),
    ),
    Scenario(
        'a deleted type makes room for a new one of its name',
        ancestor=SERVERS,
        branch=(DeleteType('server'), AddType('server', 'title serial'), Create('server', 'new', serial='S')),
        merged=(Rows('server', 'title serial', 'new S'),),
    ),
    Scenario(
        'a renamed type makes room for a new one of its name',
        ancestor=SERVERS,
        branch=(RenameType('server', 'old_server'), AddType('server', 'title'), Create('server', 'new')),
        merged=(Rows('server', 'title', 'new'), Rows('old_server', 'title amount', 'a 1', 'b 2')),
    ),
    Scenario(
        'an empty type is deleted',
        ancestor=(AddType('server', 'title'),),
        branch=(DeleteType('server'),),
        merged=(Gone('server'),),
    ),
    Scenario(
        'a filled type is deleted',
        ancestor=(*SERVERS, Tagged('server', 'a', 'blue'), Journal('server', 'b', 'seen'), TagType('server', 'hot')),
        branch=(DeleteType('server'),),
        merged=(Gone('server'),),
    ),
    Scenario(
        'a type is edited, its objects too, and deleted',
        ancestor=SERVERS,
        branch=(
            RenameType('server', 'host'),
            AddField('host', 'serial'),
            Change('host', 'a', serial='S', amount=10),
            Create('host', 'c'),
            Delete('host', 'b'),
            DeleteType('host'),
        ),
        merged=(Gone('server', 'host'),),
    ),
    Scenario(
        'a type is deleted on both sides',
        ancestor=SERVERS,
        branch=(DeleteType('server'),),
        main=(DeleteType('server'),),
        merged=(Gone('server'),),
        reverted=(Rows('server', 'title amount', 'a 1', 'b 2'),),
    ),
    Scenario(
        'a type is deleted in main, untouched in the branch',
        ancestor=SERVERS,
        branch=(AddType('vendor', 'title'),),
        main=(DeleteType('server'),),
        merged=(Gone('server'), Rows('vendor', 'title')),
    ),
    Scenario(
        'a type is deleted in the branch while main adds objects',
        ancestor=SERVERS,
        branch=(DeleteType('server'),),
        main=(Create('server', 'c', amount=3),),
        merged=(Gone('server'),),
        # Docs, limits: what main added is in main's change log only.
        reverted=(Rows('server', 'title amount', 'a 1', 'b 2'),),
        can_sync=False,
    ),
    Scenario(
        'types are tagged on both sides',
        ancestor=(*SERVERS, AddType('vendor', 'title'), TagType('vendor', 'old')),
        branch=(TagType('server', 'hot'), TagType('vendor', 'new')),
        main=(SetType('vendor', description='from main'),),
        merged=(TypeTags('server', 'hot'), TypeTags('vendor', 'old', 'new'), Has('vendor', description='from main')),
    ),
    Scenario(
        'many small edits of a type and its fields',
        ancestor=SERVERS,
        branch=(
            SetType('server', description='1'),
            Rename('server.title', 'label'),
            SetType('server', description='2'),
            SetField('server.label', weight=5),
            DeleteField('server.amount'),
            SetType('server', description='3'),
            AddField('server', 'amount'),
            Change('server', 'a', amount='x'),
        ),
        merged=(Rows('server', 'label amount', 'a x', 'b -'), Has('server', description='3')),
    ),
)
