"""Scenarios that cannot be merged, under one strategy or under both: the error says why, and nothing is changed."""

from .edits import (
    AddField,
    AddSite,
    AddType,
    Change,
    Convert,
    Create,
    Delete,
    DeleteField,
    DeleteSite,
    DeleteType,
    Rename,
    RenameType,
    SetField,
    SetType,
    UseChoicesOf,
)
from .expect import Rows
from .scenario import Scenario
from .types import SERVERS


def both(pattern):
    return {'iterative': pattern, 'squash': pattern}


WORDS = (AddType('server', 'title word'), Create('server', 'a', word='1'), Create('server', 'b', word='2'))
UNIQUE = (AddType('server', 'title serial:text:unique'), Create('server', 'a', serial='1'))

NAMES = (
    Scenario(
        'both sides add a field of the same name',
        ancestor=SERVERS,
        branch=(AddField('server', 'serial'), Change('server', 'a', serial='branch')),
        main=(AddField('server', 'serial'), Change('server', 'a', serial='main')),
        refused=both(r'each have a field "serial"'),
    ),
    Scenario(
        'both sides added a field of the same name, and the branch renamed its own',
        ancestor=SERVERS,
        branch=(AddField('server', 'serial'), Change('server', 'a', serial='x'), Rename('server.serial', 'serial_2')),
        main=(AddField('server', 'serial'), Change('server', 'a', serial='main')),
        refused={'iterative': 'already has a field with this name'},
        merged=(Rows('server', 'title amount serial serial_2', 'a 1 main x', 'b 2 - -'),),
    ),
    Scenario(
        'both sides make a type of the same name',
        branch=(AddType('server', 'title'), Create('server', 'a')),
        main=(AddType('server', 'title'), Create('server', 'b')),
        refused=both(r'each have a type with the same (name|slug) as'),
    ),
    Scenario(
        'both sides made a type of the same name, and the branch renamed its own',
        branch=(AddType('server', 'title'), Create('server', 'a'), RenameType('server', 'host')),
        main=(AddType('server', 'title'), Create('server', 'b')),
        refused={'iterative': 'type with this name already exists|has this slug|already exists'},
        merged=(Rows('server', 'title', 'b'), Rows('host', 'title', 'a')),
    ),
    Scenario(
        'main renames a type to the name of a new one',
        ancestor=SERVERS,
        branch=(AddType('host', 'title'),),
        main=(RenameType('server', 'host'),),
        refused=both(r'each have a type with the same (name|slug) as'),
    ),
    Scenario(
        'main renames a field to the name of a new one',
        ancestor=SERVERS,
        branch=(AddField('server', 'label'),),
        main=(Rename('server.title', 'label'),),
        refused=both(r'each have a field "label"'),
    ),
    Scenario(
        'each side renames another field to the same name',
        ancestor=SERVERS,
        branch=(Rename('server.amount', 'label'),),
        main=(Rename('server.title', 'label'),),
        refused=both(r'each have a field "label"'),
    ),
)

DELETIONS = (
    Scenario(
        'main deletes a field that the branch edits',
        ancestor=SERVERS,
        branch=(SetField('server.amount', label='Number'), Change('server', 'a', title='a2')),
        main=(DeleteField('server.amount'),),
        refused={'iterative': r'Main deleted the field "amount"'},
        merged=(Rows('server', 'title', 'a2', 'b'),),
    ),
    Scenario(
        'main deletes a field that the branch renames, with its values',
        ancestor=SERVERS,
        branch=(Rename('server.amount', 'number'), Change('server', 'a', number=10, title='a2')),
        main=(DeleteField('server.amount'),),
        refused={'iterative': r'Main deleted the field "(amount|number)"'},
        merged=(Rows('server', 'title', 'a2', 'b'),),
    ),
    Scenario(
        'main deletes an object that the branch edits',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10), Change('server', 'b', amount=20)),
        main=(Delete('server', 'a'),),
        refused={'iterative': 'does not exist'},
        merged=(Rows('server', 'title amount', 'b 20'),),
    ),
    Scenario(
        'main deletes a type that the branch edits',
        ancestor=SERVERS,
        branch=(SetType('server', description='edited'),),
        main=(DeleteType('server'),),
        refused=both(r'Main deleted the type'),
    ),
    Scenario(
        'main deletes a type whose objects the branch edits',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=10),),
        main=(DeleteType('server'),),
        refused=both(r'Main deleted the type'),
    ),
    Scenario(
        'main deletes a type to which the branch adds an object',
        ancestor=SERVERS,
        branch=(Create('server', 'c'),),
        main=(DeleteType('server'),),
        refused=both(r'Main deleted the type'),
    ),
    Scenario(
        'main deletes a type to which the branch adds a field',
        ancestor=SERVERS,
        branch=(AddField('server', 'serial'),),
        main=(DeleteType('server'),),
        refused=both(r'Main deleted the type'),
    ),
    Scenario(
        'main deletes a type that a new field of the branch refers to',
        ancestor=(*SERVERS, AddType('vendor', 'title')),
        branch=(AddField('server', 'vendor:object>vendor'),),
        main=(DeleteType('vendor'),),
        refused=both(r'Main deleted (a|the) type'),
    ),
    Scenario(
        'the branch deletes a type that a new field of main refers to',
        ancestor=(*SERVERS, AddType('vendor', 'title')),
        branch=(DeleteType('vendor'),),
        main=(AddField('server', 'vendor:object>vendor'),),
        refused=both(r'The branch deleted (a|the) type'),
    ),
    Scenario(
        'the branch deletes a site that main protects meanwhile',
        ancestor=(AddSite('here'), AddType('server', 'title site:object>site:protect')),
        branch=(DeleteSite('here'),),
        main=(Create('server', 'a', site='here'),),
        refused=both('cannot be deleted because custom objects refer to it'),
    ),
)

VALUES = (
    Scenario(
        'main makes a field unique, the branch stores a value twice',
        ancestor=SERVERS,
        branch=(Create('server', 'c', amount=1),),
        main=(SetField('server.amount', unique=True),),
        refused=both('already exists|same value|twice|unique'),
    ),
    Scenario(
        'the branch makes a field unique, main stores a value twice',
        ancestor=SERVERS,
        branch=(SetField('server.amount', unique=True),),
        main=(Create('server', 'c', amount=1),),
        refused=both('already exists|same value|twice|unique'),
    ),
    Scenario(
        'both sides store the same value in a unique field',
        ancestor=UNIQUE,
        branch=(Create('server', 'b', serial='2'),),
        main=(Create('server', 'c', serial='2'),),
        refused=both('already exists|same value|twice|unique'),
    ),
    Scenario(
        'main takes decimal places away, the branch uses them',
        ancestor=(AddType('server', 'title price:decimal'), Create('server', 'a', price='1.10')),
        branch=(Change('server', 'a', price='1.25'),),
        main=(SetField('server.price', decimal_places=1),),
        refused=both('no more than 1 decimal place'),
    ),
    Scenario(
        'the branch takes digits away, main uses them',
        ancestor=(AddType('server', 'title price:decimal'), Create('server', 'a', price='1.10')),
        branch=(SetField('server.price', decimal_digits=4),),
        main=(Change('server', 'a', price='1000'),),
        refused=both('more digits or decimal places'),
    ),
    Scenario(
        'the branch converts a field, main stores what cannot be converted',
        ancestor=WORDS,
        branch=(Convert('server.word', 'integer'),),
        main=(Change('server', 'a', word='many'),),
        refused=both('cannot be converted'),
    ),
    Scenario(
        'main converts a field, the branch stores what is no such value',
        ancestor=WORDS,
        branch=(Change('server', 'a', word='many'),),
        main=(Convert('server.word', 'integer'),),
        refused=both('must be an integer|number|cannot be converted'),
    ),
    Scenario(
        'main makes a field required, the branch leaves it empty',
        ancestor=SERVERS,
        branch=(Create('server', 'c'),),
        main=(SetField('server.amount', required=True),),
        refused=both('cannot be (null|blank)|required'),
    ),
    Scenario(
        'the branch makes a field required, main leaves it empty',
        ancestor=SERVERS,
        branch=(SetField('server.amount', required=True),),
        main=(Create('server', 'c'),),
        refused=both('no value for this field|required'),
    ),
    Scenario(
        'main limits a field, the branch goes beyond',
        ancestor=SERVERS,
        branch=(Change('server', 'a', amount=100),),
        main=(SetField('server.amount', validation_maximum=99),),
        refused=both('less than or equal to 99'),
    ),
    Scenario(
        'main demands a pattern, the branch stores something else',
        ancestor=SERVERS,
        branch=(Create('server', 'c_3'),),
        main=(SetField('server.title', validation_regex='^[a-z]+$'),),
        refused=both('[a-z]|pattern|match'),
    ),
    Scenario(
        'main offers other choices, the branch makes one of the former',
        ancestor=(AddType('server', 'title color:select=red,blue paint:select=green,red'),),
        branch=(Create('server', 'a', color='blue'),),
        main=(UseChoicesOf('server.color', 'server.paint'),),
        refused=both('blue'),
    ),
)

REFUSALS = NAMES + DELETIONS + VALUES
