"""Scenarios: objects, with all that hangs on them."""

from .edits import (
    AddOwner,
    AddSite,
    AddTag,
    AddType,
    BulkDelete,
    Change,
    Create,
    Delete,
    DeleteJournal,
    DeleteTag,
    EditJournal,
    Journal,
    OneRequest,
    Tagged,
    Untagged,
)
from .expect import Rows
from .scenario import Scenario
from .types import SERVERS

UNIQUE = (
    AddType('server', 'title serial:text:unique'),
    Create('server', 'a', serial='1'),
    Create('server', 'b', serial='2'),
)
EVERYTHING = (
    'title notes:longtext n:integer d:decimal yes:boolean day:date at:datetime web:url j:json c:select=red,blue'
)
FILLED = {
    'notes': 'x',
    'n': -(2**63),
    'd': '0.10',
    'yes': True,
    'day': '1999-12-31',
    'at': '2026-01-02T03:04:05+02:00',
    'web': 'https://a.example',
    'j': {'a': [1, None], 'b': {}},
    'c': 'red',
}
SHOWN = (
    'x -9223372036854775808 0.10 yes 1999-12-31 2026-01-02T01:04:05+00:00 https://a.example {"a":[1,null],"b":{}} red'
)
HEADER = 'title notes n d yes day at web j c'

OBJECTS = (
    Scenario(
        'objects are made, edited and deleted',
        ancestor=SERVERS,
        branch=(Create('server', 'c', amount=3), Change('server', 'a', amount=10), Delete('server', 'b')),
        merged=(Rows('server', 'title amount', 'a 10', 'c 3'),),
    ),
    Scenario(
        'an object is made, edited and deleted',
        ancestor=SERVERS,
        branch=(Create('server', 'c', amount=3), Change('server', 'c', amount=30), Delete('server', 'c')),
        merged=(Rows('server', 'title amount', 'a 1', 'b 2'),),
    ),
    Scenario(
        'an object is edited and deleted',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10), Change('server', 'a', title='a2'), Delete('server', 'a')),
        merged=(Rows('server', 'title amount', 'b 2'),),
    ),
    Scenario(
        'an object with values of every type is made',
        ancestor=(AddType('server', EVERYTHING),),
        branch=(Create('server', 'a', **FILLED), Create('server', 'b')),
        merged=(Rows('server', HEADER, f'a {SHOWN}', 'b - - - - - - - - -'),),
    ),
    Scenario(
        'values of every type are filled in',
        ancestor=(AddType('server', EVERYTHING), Create('server', 'a')),
        branch=(Change('server', 'a', **FILLED),),
        merged=(Rows('server', HEADER, f'a {SHOWN}'),),
    ),
    Scenario(
        'values of every type are emptied',
        ancestor=(AddType('server', EVERYTHING), Create('server', 'a', **FILLED)),
        branch=(Change('server', 'a', **dict.fromkeys(FILLED)),),
        merged=(Rows('server', HEADER, 'a - - - - - - - - -'),),
    ),
    Scenario(
        'an object with values of every type is deleted',
        ancestor=(AddType('server', EVERYTHING), Create('server', 'a', **FILLED)),
        branch=(Delete('server', 'a'),),
        merged=(Rows('server', HEADER),),
    ),
    Scenario(
        'several choices are chosen and dropped',
        ancestor=(
            AddType('server', 'title colors:multiselect=red,green,blue'),
            Create('server', 'a', colors=['red']),
            Create('server', 'b', colors=['red', 'green']),
        ),
        branch=(Change('server', 'a', colors=['green', 'blue']), Change('server', 'b', colors=None)),
        merged=(Rows('server', 'title colors', 'a blue,green', 'b -'),),
    ),
    Scenario(
        'keys of a JSON value are changed on both sides',
        ancestor=(AddType('server', 'title extra:json'), Create('server', 'a', extra={'x': 1, 'y': 1, 'z': 1})),
        branch=(Change('server', 'a', extra={'x': 2, 'y': 1}),),
        main=(Change('server', 'a', extra={'x': 1, 'y': 2, 'z': 1}),),
        merged=(Rows('server', 'title extra', 'a {"x":2,"y":2}'),),
        reverted=(Rows('server', 'title extra', 'a {"x":1,"y":2,"z":1}'),),
    ),
    Scenario(
        'different values of an object are changed on both sides',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10),),
        main=(Change('server', 'a', title='a2'),),
        merged=(Rows('server', 'title amount', 'a2 10', 'b 2'),),
    ),
    Scenario(
        'the same value is changed on both sides, alike',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10),),
        main=(Change('server', 'a', amount=10),),
        merged=(Rows('server', 'title amount', 'a 10', 'b 2'),),
        reverted=(Rows('server', 'title amount', 'a 1', 'b 2'),),
    ),
    Scenario(
        'the same value is changed on both sides, differently',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10),),
        main=(Change('server', 'a', amount=100),),
        merged=(Rows('server', 'title amount', 'a 10', 'b 2'),),
        reverted=(Rows('server', 'title amount', 'a 1', 'b 2'),),
        synced=(Rows('server', 'title amount', 'a 100', 'b 2'),),
    ),
    Scenario(
        'objects are made on both sides',
        ancestor=SERVERS,
        branch=(Create('server', 'c d', amount=3),),
        main=(Create('server', 'e f', amount=4),),
        merged=(Rows('server', 'title amount', 'a 1', 'b 2', 'c 3', 'd 3', 'e 4', 'f 4'),),
    ),
    Scenario(
        'objects are made by turns on both sides of a type that main made',
        ancestor=(AddType('server', 'title'),),
        branch=(Create('server', 'a'), Create('server', 'b')),
        main=(Create('server', 'c'), Create('server', 'd'), Delete('server', 'c')),
        merged=(Rows('server', 'title', 'a', 'b', 'd'),),
    ),
    Scenario(
        'an object is deleted on both sides',
        ancestor=SERVERS,
        branch=(Delete('server', 'a'),),
        main=(Delete('server', 'a'),),
        merged=(Rows('server', 'title amount', 'b 2'),),
        reverted=(Rows('server', 'title amount', 'a 1', 'b 2'),),
    ),
    Scenario(
        'an object is deleted in main, untouched in the branch',
        ancestor=SERVERS,
        branch=(Change('server', 'b', amount=20),),
        main=(Delete('server', 'a'),),
        merged=(Rows('server', 'title amount', 'b 20'),),
    ),
    Scenario(
        'an object is deleted in the branch while main edits it',
        ancestor=SERVERS,
        branch=(Delete('server', 'a'),),
        main=(Change('server', 'a', amount=10),),
        merged=(Rows('server', 'title amount', 'b 2'),),
        # NetBox restores what the branch deleted, as the branch knew it.
        reverted=(Rows('server', 'title amount', 'a 1', 'b 2'),),
        can_sync=False,
    ),
    Scenario(
        'objects are edited in bulk',
        ancestor=SERVERS,
        branch=(
            Change('server', 'a b', amount=10),
            Create('server', 'c d', amount=3),
            Change('server', 'b c', amount=5),
        ),
        merged=(Rows('server', 'title amount', 'a 10', 'b 5', 'c 5', 'd 3'),),
    ),
    Scenario(
        'objects are deleted in bulk',
        ancestor=(*SERVERS, Create('server', 'c d', amount=3)),
        branch=(BulkDelete('server', 'a c'), Create('server', 'e')),
        merged=(Rows('server', 'title amount', 'b 2', 'd 3', 'e -'),),
    ),
    Scenario(
        'objects are edited in bulk in the branch, deleted in bulk in main',
        ancestor=(*SERVERS, Create('server', 'c d', amount=3)),
        branch=(Change('server', 'a b', amount=10),),
        main=(BulkDelete('server', 'c d'),),
        merged=(Rows('server', 'title amount', 'a 10', 'b 10'),),
    ),
    Scenario(
        'an object is edited twice in one request',
        ancestor=SERVERS,
        branch=(OneRequest(Change('server', 'a', amount=10), Change('server', 'a', amount=11)),),
        merged=(Rows('server', 'title amount', 'a 11', 'b 2'),),
    ),
    Scenario(
        'a unique value passes from a deleted object to a new one',
        ancestor=UNIQUE,
        branch=(Delete('server', 'a'), Create('server', 'c', serial='1')),
        merged=(Rows('server', 'title serial', 'b 2', 'c 1'),),
    ),
    Scenario(
        'a unique value passes from one object to another',
        ancestor=UNIQUE,
        branch=(Change('server', 'a', serial='3'), Change('server', 'b', serial='1')),
        merged=(Rows('server', 'title serial', 'a 3', 'b 1'),),
    ),
    Scenario(
        'objects with unique values are made on both sides',
        ancestor=UNIQUE,
        branch=(Create('server', 'c', serial='3'),),
        main=(Create('server', 'd', serial='4'), Change('server', 'a', serial='5')),
        merged=(Rows('server', 'title serial', 'a 5', 'b 2', 'c 3', 'd 4'),),
    ),
)

ATTACHMENTS = (
    Scenario(
        'tags are added and removed',
        ancestor=(*SERVERS, Tagged('server', 'a', 'blue', 'red')),
        branch=(Untagged('server', 'a', 'red'), Tagged('server', 'a', 'green'), Tagged('server', 'b', 'blue')),
        merged=(Rows('server', 'title amount #tags', 'a 1 blue,green', 'b 2 blue'),),
    ),
    Scenario(
        'a tag is added in the branch, a value edited in main',
        ancestor=(*SERVERS, AddTag('blue')),
        branch=(Tagged('server', 'a', 'blue'),),
        main=(Change('server', 'a', amount=10),),
        merged=(Rows('server', 'title amount #tags', 'a 10 blue', 'b 2 -'),),
    ),
    Scenario(
        'an object of a new type is tagged',
        branch=(AddType('server', 'title'), Create('server', 'a'), Tagged('server', 'a', 'new')),
        merged=(Rows('server', 'title #tags', 'a new'),),
    ),
    Scenario(
        'a tagged object is deleted',
        ancestor=(*SERVERS, Tagged('server', 'a', 'blue'), Tagged('server', 'b', 'blue')),
        branch=(Delete('server', 'a'),),
        merged=(Rows('server', 'title amount #tags', 'b 2 blue'),),
    ),
    Scenario(
        'a tag in use is deleted',
        ancestor=(*SERVERS, Tagged('server', 'a', 'blue', 'red')),
        branch=(DeleteTag('blue'),),
        merged=(Rows('server', 'title amount #tags', 'a 1 red', 'b 2 -'),),
        # NetBox restores the tag, but has no record of where it was used.
        reverted=(Rows('server', 'title amount #tags', 'a 1 red', 'b 2 -'),),
    ),
    Scenario(
        'a journal entry is written, edited and deleted',
        ancestor=(*SERVERS, Journal('server', 'a', 'old')),
        branch=(
            Journal('server', 'b', 'first'),
            EditJournal('server', 'b', 'second'),
            DeleteJournal('server', 'a'),
            Create('server', 'c'),
            Journal('server', 'c', 'third'),
        ),
        merged=(Rows('server', 'title amount #journal', 'a 1 -', 'b 2 second', 'c - third'),),
    ),
    Scenario(
        'journal entries are written on both sides',
        ancestor=SERVERS,
        branch=(Journal('server', 'a', 'branch'),),
        main=(Journal('server', 'a', 'main'), Journal('server', 'b', 'main')),
        merged=(Rows('server', 'title amount #journal', 'a 1 branch,main', 'b 2 main'),),
    ),
    Scenario(
        'an object with a journal is deleted',
        ancestor=(*SERVERS, Journal('server', 'a', 'one'), Journal('server', 'a', 'two')),
        branch=(Delete('server', 'a'),),
        merged=(Rows('server', 'title amount #journal', 'b 2 -'),),
    ),
    Scenario(
        'a journal of an object of a new type',
        branch=(AddType('server', 'title'), Create('server', 'a'), Journal('server', 'a', 'new')),
        merged=(Rows('server', 'title #journal', 'a new'),),
    ),
    Scenario(
        'objects get, change and lose owners',
        ancestor=(
            AddOwner('me'),
            AddOwner('you'),
            *SERVERS,
            Change('server', 'b', owner='me'),
            Create('server', 'c', owner='me'),
        ),
        branch=(
            Change('server', 'a', owner='me'),
            Change('server', 'b', owner='you'),
            Change('server', 'c', owner=None),
            Create('server', 'd', owner='you'),
        ),
        merged=(Rows('server', 'title amount #owner', 'a 1 me', 'b 2 you', 'c - -', 'd - you'),),
    ),
    Scenario(
        'an owner is set in main, a value in the branch',
        ancestor=(AddOwner('me'), *SERVERS),
        branch=(Change('server', 'a', amount=10),),
        main=(Change('server', 'a', owner='me'),),
        merged=(Rows('server', 'title amount #owner', 'a 10 me', 'b 2 -'),),
    ),
    Scenario(
        'an object on which everything hangs is deleted',
        ancestor=(
            AddOwner('me'),
            AddSite('here'),
            AddType('server', 'title site:object>site sites:multiobject>site'),
            Create('server', 'a', owner='me', site='here', sites='here'),
            Tagged('server', 'a', 'blue'),
            Journal('server', 'a', 'seen'),
        ),
        branch=(Delete('server', 'a'),),
        merged=(Rows('server', 'title site sites #tags #journal #owner'),),
    ),
)
