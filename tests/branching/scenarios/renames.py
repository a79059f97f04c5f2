"""Scenarios: fields renamed, swapped, and names used again. Values follow the field, whatever it is called."""

from .edits import AddField, AddSite, AddType, Change, Create, Delete, DeleteField, OneRequest, Rename, SetField, Swap
from .expect import Has, Rows
from .scenario import Scenario
from .types import SERVERS

PAIRS = (AddType('server', 'title one two'), Create('server', 'a', one='1', two='2'))

RENAMES = (
    Scenario(
        'a field is renamed',
        ancestor=SERVERS,
        branch=(Rename('server.title', 'label'),),
        merged=(Rows('server', 'label amount', 'a 1', 'b 2'),),
    ),
    Scenario(
        'a field is renamed, then values are edited',
        ancestor=SERVERS,
        branch=(Rename('server.title', 'label'), Change('server', 'a', label='a2'), Create('server', 'c', label='c')),
        merged=(Rows('server', 'label amount', 'a2 1', 'b 2', 'c -'),),
    ),
    Scenario(
        'values are edited, then the field is renamed',
        ancestor=SERVERS,
        branch=(Change('server', 'a', title='a2'), Delete('server', 'b'), Rename('server.title', 'label')),
        merged=(Rows('server', 'label amount', 'a2 1'),),
    ),
    Scenario(
        'a chain of renames, with objects edited at each step',
        ancestor=SERVERS,
        branch=(
            Change('server', 'a', amount=10),
            Rename('server.amount', 'number'),
            Change('server', 'a', number=20),
            Create('server', 'c', number=3),
            Rename('server.number', 'quantity'),
            Change('server', 'b c', quantity=30),
        ),
        merged=(Rows('server', 'title quantity', 'a 20', 'b 30', 'c 30'),),
    ),
    Scenario(
        'a field is renamed there and back, with objects edited at each step',
        ancestor=SERVERS,
        branch=(
            Rename('server.amount', 'number'),
            Change('server', 'a', number=10),
            Rename('server.number', 'amount'),
            Change('server', 'b', amount=20),
        ),
        merged=(Rows('server', 'title amount', 'a 10', 'b 20'),),
    ),
    Scenario(
        'a new field is renamed, with objects edited at each step',
        ancestor=SERVERS,
        branch=(
            AddField('server', 'serial'),
            Change('server', 'a', serial='S'),
            Rename('server.serial', 'code'),
            Change('server', 'b', code='C'),
        ),
        merged=(Rows('server', 'title amount code', 'a 1 S', 'b 2 C'),),
    ),
    Scenario(
        'a field is renamed in main while the branch edits values',
        ancestor=SERVERS,
        branch=(Change('server', 'a', title='a2'), Create('server', 'c', amount=3), Delete('server', 'b')),
        main=(Rename('server.title', 'label'),),
        merged=(Rows('server', 'label amount', 'a2 1', 'c 3'),),
    ),
    Scenario(
        'a field is renamed in main, its values edited there, others in the branch',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10),),
        main=(Rename('server.title', 'label'), Change('server', 'a', label='a2')),
        merged=(Rows('server', 'label amount', 'a2 10', 'b 2'),),
    ),
    Scenario(
        'a field is renamed in the branch while main edits values',
        ancestor=SERVERS,
        branch=(Rename('server.title', 'label'),),
        main=(Change('server', 'a', title='a2'), Create('server', 'c'), Delete('server', 'b')),
        merged=(Rows('server', 'label amount', 'a2 1', 'c -'),),
    ),
    Scenario(
        'a field is renamed alike on both sides, and values edited',
        ancestor=SERVERS,
        branch=(Rename('server.title', 'label'), Change('server', 'a', label='a2')),
        main=(Rename('server.title', 'label'), Change('server', 'b', label='b2')),
        merged=(Rows('server', 'label amount', 'a2 1', 'b2 2'),),
        reverted=(Rows('server', 'title amount', 'a 1', 'b2 2'),),
    ),
    Scenario(
        'a field is renamed differently on both sides, and values edited',
        ancestor=SERVERS,
        branch=(Rename('server.title', 'label'), Change('server', 'a', label='a2')),
        main=(Rename('server.title', 'caption'), Change('server', 'b', caption='b2')),
        merged=(Rows('server', 'label amount', 'a2 1', 'b2 2'),),
        reverted=(Rows('server', 'title amount', 'a 1', 'b2 2'),),
        synced=(Rows('server', 'caption amount', 'a2 1', 'b2 2'),),
    ),
    Scenario(
        'one side renames a field, the other labels it',
        ancestor=SERVERS,
        branch=(SetField('server.title', label='Title'),),
        main=(Rename('server.title', 'caption'),),
        merged=(Has('server.caption', label='Title'), Rows('server', 'caption amount', 'a 1', 'b 2')),
    ),
    Scenario(
        'one side renames a field, the other makes it unique',
        ancestor=SERVERS,
        branch=(Rename('server.amount', 'number'),),
        main=(SetField('server.amount', unique=True), Create('server', 'c', amount=3)),
        merged=(Has('server.number', unique=True), Rows('server', 'title number', 'a 1', 'b 2', 'c 3')),
    ),
    Scenario(
        'each side renames another field',
        ancestor=SERVERS,
        branch=(Rename('server.title', 'label'), Change('server', 'a', label='a2')),
        main=(Rename('server.amount', 'number'), Change('server', 'a', number=10)),
        merged=(Rows('server', 'label number', 'a2 10', 'b 2'),),
    ),
    Scenario(
        'a name is used again after a delete',
        ancestor=SERVERS,
        branch=(DeleteField('server.amount'), AddField('server', 'amount'), Change('server', 'a', amount='x')),
        merged=(Rows('server', 'title amount', 'a x', 'b -'),),
    ),
    Scenario(
        'a name is used again after a delete, while main edits values of the old field',
        ancestor=SERVERS,
        branch=(DeleteField('server.amount'), AddField('server', 'amount'), Change('server', 'a', amount='x')),
        main=(Change('server', 'b', amount=20), Change('server', 'a', title='a2')),
        merged=(Rows('server', 'title amount', 'a2 x', 'b -'),),
    ),
    Scenario(
        'a name is used again after a rename',
        ancestor=SERVERS,
        branch=(
            Rename('server.amount', 'old_amount'),
            AddField('server', 'amount'),
            Change('server', 'a', amount='x', old_amount=10),
        ),
        merged=(Rows('server', 'title old_amount amount', 'a 10 x', 'b 2 -'),),
    ),
    Scenario(
        'a name is used again thrice',
        ancestor=SERVERS,
        branch=(
            DeleteField('server.amount'),
            AddField('server', 'amount'),
            Change('server', 'a', amount='x'),
            DeleteField('server.amount'),
            AddField('server', 'amount:integer'),
            Change('server', 'b', amount=7),
        ),
        merged=(Rows('server', 'title amount', 'a -', 'b 7'),),
    ),
    Scenario(
        'a field is renamed to the name of one that is deleted',
        ancestor=PAIRS,
        branch=(DeleteField('server.two'), Rename('server.one', 'two'), Change('server', 'a', two='x')),
        merged=(Rows('server', 'title two', 'a x'),),
    ),
    Scenario(
        'a multiobject field is renamed, and relinked',
        ancestor=(
            AddSite('here', 'there'),
            AddType('server', 'title sites:multiobject>site'),
            Create('server', 'a', sites='here'),
        ),
        branch=(Rename('server.sites', 'places'), Change('server', 'a', places='here there')),
        merged=(Rows('server', 'title places', 'a here,there'),),
    ),
    Scenario(
        'an object field is renamed in main while the branch points it elsewhere',
        ancestor=(
            AddSite('here', 'there'),
            AddType('server', 'title site:object>site'),
            Create('server', 'a', site='here'),
        ),
        branch=(Change('server', 'a', site='there'), Create('server', 'b', site='here')),
        main=(Rename('server.site', 'place'),),
        merged=(Rows('server', 'title place', 'a there', 'b here'),),
    ),
    Scenario(
        'a field is renamed and edited in one request',
        ancestor=SERVERS,
        branch=(OneRequest(Rename('server.amount', 'number'), Change('server', 'a', number=10)),),
        merged=(Rows('server', 'title number', 'a 10', 'b 2'),),
    ),
    Scenario(
        'a field is renamed, then deleted',
        ancestor=SERVERS,
        branch=(Rename('server.amount', 'number'), Change('server', 'a', number=10), DeleteField('server.number')),
        merged=(Rows('server', 'title', 'a', 'b'),),
    ),
    Scenario(
        'two fields swap their names in main while the branch edits values',
        ancestor=PAIRS,
        branch=(Change('server', 'a', one='x'), Create('server', 'b', one='3', two='4')),
        main=(Swap('server.one', 'server.two'),),
        merged=(Rows('server', 'title one two', 'a 2 x', 'b 4 3'),),
    ),
    Scenario(
        'two fields swap their names twice',
        ancestor=PAIRS,
        branch=(
            Swap('server.one', 'server.two'),
            Change('server', 'a', one='x'),
            Swap('server.one', 'server.two'),
            Change('server', 'a', one='y'),
        ),
        merged=(Rows('server', 'title one two', 'a y x'),),
    ),
)
