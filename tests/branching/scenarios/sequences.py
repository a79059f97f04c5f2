"""Scenarios: two branches, open at the same time, or one after the other."""

from .edits import (
    AddField,
    AddSite,
    AddType,
    Change,
    Create,
    Delete,
    DeleteField,
    DeleteType,
    Link,
    Rename,
    RenameType,
    SetField,
    SetType,
)
from .expect import Gone, Has, Rows
from .scenario import Scenario
from .types import SERVERS

# Both ways: the second branch is provisioned before the first one is merged, or after.
SEQUENCES = (
    Scenario(
        'each branch makes a type',
        branch=(AddType('server', 'title'), Create('server', 'a')),
        second=(AddType('vendor', 'title'), Create('vendor', 'acme')),
        merged=(Rows('server', 'title', 'a'), Rows('vendor', 'title', 'acme')),
    ),
    Scenario(
        'each branch makes objects',
        ancestor=SERVERS,
        branch=(Create('server', 'c', amount=3), Change('server', 'a', amount=10)),
        second=(Create('server', 'd', amount=4), Change('server', 'b', amount=20)),
        main=(Create('server', 'e', amount=5),),
        merged=(Rows('server', 'title amount', 'a 10', 'b 20', 'c 3', 'd 4', 'e 5'),),
    ),
    Scenario(
        'each branch adds a field and fills it',
        ancestor=SERVERS,
        branch=(AddField('server', 'one'), Change('server', 'a', one='1')),
        second=(AddField('server', 'two'), Change('server', 'b', two='2'), Create('server', 'c', two='3')),
        merged=(Rows('server', 'title amount one two', 'a 1 1 -', 'b 2 - 2', 'c - - 3'),),
    ),
    Scenario(
        'each branch edits another value of an object',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10),),
        second=(Change('server', 'a', title='a2'),),
        merged=(Rows('server', 'title amount', 'a2 10', 'b 2'),),
    ),
    Scenario(
        'the first renames a field, the second labels it',
        ancestor=SERVERS,
        branch=(Rename('server.amount', 'number'),),
        second=(SetField('server.title', label='Title'),),
        merged=(Rows('server', 'title number', 'a 1', 'b 2'), Has('server.title', label='Title')),
    ),
    Scenario(
        'the first renames the type, the second edits another attribute of another type',
        ancestor=(*SERVERS, AddType('vendor', 'title')),
        branch=(RenameType('server', 'host'),),
        second=(SetType('vendor', description='described'),),
        merged=(Rows('host', 'title amount', 'a 1', 'b 2'), Has('vendor', description='described')),
    ),
    Scenario(
        'each branch links an object',
        ancestor=(AddSite('here'), AddType('server', 'title sites:multiobject>site'), Create('server', 'a b')),
        branch=(Link('server', 'a', 'sites', 'here'),),
        second=(Link('server', 'b', 'sites', 'here'),),
        merged=(Rows('server', 'title sites', 'a here', 'b here'),),
    ),
    Scenario(
        'the first deletes an object, the second a type',
        ancestor=(*SERVERS, AddType('vendor', 'title'), Create('vendor', 'acme')),
        branch=(Delete('server', 'a'),),
        second=(DeleteType('vendor'),),
        merged=(Rows('server', 'title amount', 'b 2'), Gone('vendor')),
    ),
    Scenario(
        'the first makes objects, the second deletes a field',
        ancestor=SERVERS,
        branch=(Create('server', 'c', amount=3),),
        second=(DeleteField('server.amount'),),
        merged=(Rows('server', 'title', 'a', 'b', 'c'),),
    ),
    Scenario(
        'the first makes a field unique, the second adds other values',
        ancestor=SERVERS,
        branch=(SetField('server.amount', unique=True),),
        second=(Create('server', 'c', amount=3),),
        merged=(Rows('server', 'title amount', 'a 1', 'b 2', 'c 3'), Has('server.amount', unique=True)),
    ),
)

# The second branch does not know what the first one did.
SIDE_BY_SIDE = (
    Scenario(
        'both branches rename a field, and edit values',
        ancestor=SERVERS,
        branch=(Rename('server.title', 'label'), Change('server', 'a', label='a2')),
        second=(Rename('server.title', 'caption'), Change('server', 'b', caption='b2')),
        merged=(Rows('server', 'caption amount', 'a2 1', 'b2 2'),),
        # Each revert gives back the name that its branch started from.
        reverted=(Rows('server', 'title amount', 'a 1', 'b 2'),),
    ),
    Scenario(
        'the first renames a type and a field, the second fills both',
        ancestor=SERVERS,
        branch=(RenameType('server', 'host'), Rename('host.amount', 'number')),
        second=(Create('server', 'c', amount=3), Change('server', 'a', amount=10)),
        merged=(Rows('host', 'title number', 'a 10', 'b 2', 'c 3'),),
    ),
    Scenario(
        'the first deletes a field, the second edits its values and the rest',
        ancestor=SERVERS,
        branch=(DeleteField('server.amount'),),
        second=(Change('server', 'a', title='a2', amount=10), Create('server', 'c', amount=3)),
        merged=(Rows('server', 'title', 'a2', 'b', 'c'),),
    ),
)

# Each branch restores what it deleted, but it can be there only once: the second revert is refused.
DELETED_TWICE = (
    Scenario(
        'both branches delete a field',
        ancestor=SERVERS,
        branch=(DeleteField('server.amount'), Change('server', 'a', title='a2')),
        second=(DeleteField('server.amount'), Change('server', 'b', title='b2')),
        merged=(Rows('server', 'title', 'a2', 'b2'),),
    ),
    Scenario(
        'both branches delete a type',
        ancestor=SERVERS,
        branch=(DeleteType('server'),),
        second=(DeleteType('server'),),
        merged=(Gone('server'),),
    ),
)

# The second branch builds upon what the first one did.
ONE_AFTER_THE_OTHER = (
    Scenario(
        'the second renames the field that the first one added',
        ancestor=SERVERS,
        branch=(AddField('server', 'serial'), Change('server', 'a', serial='S')),
        second=(Rename('server.serial', 'code'), Change('server', 'b', code='C')),
        merged=(Rows('server', 'title amount code', 'a 1 S', 'b 2 C'),),
    ),
    Scenario(
        'the second fills the type that the first one made',
        branch=(AddType('server', 'title'), Create('server', 'a')),
        second=(Create('server', 'b'), Change('server', 'a', title='a2'), AddField('server', 'serial')),
        merged=(Rows('server', 'title serial', 'a2 -', 'b -'),),
    ),
    Scenario(
        'the second deletes the type that the first one made',
        branch=(AddType('server', 'title'), Create('server', 'a')),
        second=(DeleteType('server'),),
        merged=(Gone('server'),),
    ),
    Scenario(
        'the second refers to the type that the first one made',
        ancestor=SERVERS,
        branch=(AddType('vendor', 'title'), Create('vendor', 'acme')),
        second=(AddField('server', 'vendor:object>vendor'), Change('server', 'a', vendor='acme')),
        merged=(Rows('server', 'title amount vendor', 'a 1 acme', 'b 2 -'),),
    ),
    Scenario(
        'the second uses the name that the first one set free',
        ancestor=SERVERS,
        branch=(DeleteField('server.amount'),),
        second=(AddField('server', 'amount'), Change('server', 'a', amount='x')),
        merged=(Rows('server', 'title amount', 'a x', 'b -'),),
    ),
    Scenario(
        'the second renames back',
        ancestor=SERVERS,
        branch=(Rename('server.amount', 'number'), Change('server', 'a', number=10)),
        second=(Rename('server.number', 'amount'), Change('server', 'b', amount=20)),
        merged=(Rows('server', 'title amount', 'a 10', 'b 20'),),
    ),
)
