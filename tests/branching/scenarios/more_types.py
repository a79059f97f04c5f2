"""Scenarios: polymorphic references, the field types that are one or two columns of a kind of their own, and files."""

from .edits import (
    AddField,
    AddSite,
    AddType,
    Allow,
    Attach,
    BulkDelete,
    Caption,
    Change,
    Convert,
    Create,
    Delete,
    DeleteField,
    DeleteSite,
    DeleteType,
    Forbid,
    Import,
    Link,
    Rename,
    SetField,
    Unlink,
)
from .expect import Gone, Has, Rows, Sites
from .scenario import Scenario
from .types import SERVERS

# A server refers to one, and to several, sites and vendors.
TARGETS = (AddSite('here', 'there'), AddType('vendor', 'title'), Create('vendor', 'acme'))
POINTING = (
    *TARGETS,
    AddType('server', 'title ref:object>site|vendor refs:multiobject>site|vendor'),
    Create('server', 'a', ref='site:here', refs='site:here vendor:acme'),
    Create('server', 'b', ref='vendor:acme'),
    Create('server', 'c'),
)
HEADER = 'title ref refs'
VENDORS = Rows('vendor', 'title', 'acme')
# Of everything that stands in a column of its own.
KINDS = (
    'title mail:email hue:color mac:mac_address length:duration ip:ip_address net:ip_prefix place:coordinates '
    'kinds:multiselect=red,blue'
)
KINDS_HEADER = 'title mail hue mac length ip net place kinds'
FIRST = {
    'mail': 'a@example.com',
    'hue': 'aa1409',
    'mac': '00:1A:2B:3C:4D:5E',
    'length': 'PT1H30M',
    'ip': '192.0.2.1/24',
    'net': '2001:db8::/32',
    'place_latitude': '47.376900',
    'place_longitude': '8.541700',
    'kinds': ['red'],
}
FIRST_SHOWN = 'a@example.com aa1409 00:1A:2B:3C:4D:5E 1:30:00 192.0.2.1/24 2001:db8::/32 47.376900/8.541700 red'
SECOND = {
    'mail': 'b@example.com',
    'hue': '00ff7f',
    'mac': '02:00:00:00:00:01',
    'length': 'PT5S',
    'ip': '2001:db8::1/64',
    'net': '10.0.0.0/8',
    'place_latitude': '-33.868800',
    'place_longitude': '151.209300',
    'kinds': ['blue', 'red'],
}
SECOND_SHOWN = 'b@example.com 00ff7f 02:00:00:00:00:01 0:00:05 2001:db8::1/64 10.0.0.0/8 -33.868800/151.209300 blue,red'
NOTHING = dict.fromkeys(FIRST)
LISTED = (
    AddType('server', 'title'),
    AddField('server', 'ports:array', element_type='integer'),
    Create('server', 'a', ports=[1, 1, 2]),
    Create('server', 'b'),
)

POLYMORPHIC = (
    Scenario(
        'polymorphic references are set, changed and removed',
        ancestor=POINTING,
        branch=(
            Change('server', 'a', ref='vendor:acme', refs='site:there'),
            Change('server', 'b', ref=None),
            Change('server', 'c', ref='site:there', refs='vendor:acme site:here'),
            Create('server', 'd', ref='site:here', refs='site:here'),
        ),
        merged=(Rows('server', HEADER, 'a acme there', 'b - -', 'c there acme,here', 'd here here'), VENDORS),
    ),
    Scenario(
        'single links of a polymorphic field are added and removed',
        ancestor=POINTING,
        branch=(Link('server', 'a', 'refs', 'site:there'), Unlink('server', 'a', 'refs', 'vendor:acme')),
        merged=(Rows('server', HEADER, 'a here here,there', 'b acme -', 'c - -'), VENDORS),
    ),
    Scenario(
        'links are added on one side and removed on the other',
        ancestor=POINTING,
        branch=(Change('server', 'a', title='a2'),),
        main=(Unlink('server', 'a', 'refs', 'vendor:acme'), Change('server', 'b', ref='site:there')),
        merged=(Rows('server', HEADER, 'a2 here here', 'b there -', 'c - -'), VENDORS),
    ),
    Scenario(
        'a polymorphic field is added and filled',
        ancestor=(*TARGETS, AddType('server', 'title'), Create('server', 'a')),
        branch=(
            AddField('server', 'ref:object>site|vendor'),
            AddField('server', 'refs:multiobject>site|vendor'),
            Change('server', 'a', ref='vendor:acme', refs='site:here vendor:acme'),
        ),
        merged=(Rows('server', HEADER, 'a acme acme,here'), VENDORS),
    ),
    Scenario(
        'types and their polymorphic references are born in the branch',
        branch=POINTING,
        merged=(Rows('server', HEADER, 'a here acme,here', 'b acme -', 'c - -'), VENDORS, Sites('here', 'there')),
    ),
    Scenario(
        'a polymorphic field is renamed in the branch and filled in main',
        ancestor=POINTING,
        branch=(Rename('server.ref', 'target'), Rename('server.refs', 'targets')),
        main=(Change('server', 'c', ref='site:there', refs='site:there'),),
        merged=(Rows('server', 'title target targets', 'a here acme,here', 'b acme -', 'c there there'), VENDORS),
    ),
    Scenario(
        'polymorphic fields are deleted, and come back with their values',
        ancestor=POINTING,
        branch=(DeleteField('server.ref'), DeleteField('server.refs')),
        merged=(Rows('server', 'title', 'a', 'b', 'c'), VENDORS),
    ),
    Scenario(
        'objects with polymorphic references are deleted',
        ancestor=POINTING,
        branch=(Delete('server', 'a'), BulkDelete('server', 'b c')),
        merged=(Rows('server', HEADER), VENDORS),
    ),
    Scenario(
        'the targets of polymorphic references are deleted',
        ancestor=POINTING,
        branch=(DeleteSite('here'), Delete('vendor', 'acme')),
        merged=(Rows('server', HEADER, 'a - -', 'b - -', 'c - -'), Rows('vendor', 'title'), Sites('there')),
    ),
    Scenario(
        'a target is deleted with the objects that refer to it',
        ancestor=(
            *TARGETS,
            AddType('server', 'title ref:object>site|vendor:cascade'),
            Create('server', 'a', ref='vendor:acme'),
            Create('server', 'b', ref='site:here'),
        ),
        branch=(Delete('vendor', 'acme'),),
        merged=(Rows('server', 'title ref', 'b here'), Rows('vendor', 'title')),
    ),
    Scenario(
        'a protected target is let go and deleted',
        ancestor=(
            *TARGETS,
            AddType('server', 'title ref:object>site|vendor:protect'),
            Create('server', 'a', ref='vendor:acme'),
        ),
        branch=(Change('server', 'a', ref='site:here'), Delete('vendor', 'acme')),
        merged=(Rows('server', 'title ref', 'a here'), Rows('vendor', 'title')),
    ),
    Scenario(
        'a type that is born in the branch becomes a target',
        ancestor=POINTING,
        branch=(
            AddType('rack', 'title'),
            Create('rack', 'r'),
            Allow('server.ref', 'rack'),
            Change('server', 'c', ref='rack:r'),
        ),
        merged=(Rows('server', HEADER, 'a here acme,here', 'b acme -', 'c r -'), Rows('rack', 'title', 'r'), VENDORS),
    ),
    Scenario(
        'a target is let go with its last references, and its type deleted',
        ancestor=POINTING,
        branch=(
            Change('server', 'a', refs='site:here'),
            Change('server', 'b', ref='site:there'),
            Forbid('server.ref', 'vendor'),
            Forbid('server.refs', 'vendor'),
            DeleteType('vendor'),
        ),
        merged=(Rows('server', HEADER, 'a here here', 'b there -', 'c - -'), Gone('vendor')),
    ),
    Scenario(
        'polymorphic references in a circle, and to themselves',
        branch=(
            AddType('node', 'title'),
            AddType('leaf', 'title node:object>node'),
            AddField('node', 'ref:object>node|leaf'),
            AddField('node', 'refs:multiobject>node|leaf'),
            Create('node', 'n'),
            Create('leaf', 'l', node='n'),
            Change('node', 'n', ref='leaf:l', refs='node:n leaf:l'),
        ),
        merged=(Rows('node', HEADER, 'n l l,n'), Rows('leaf', 'title node', 'l n')),
    ),
)

KINDS_OF_VALUES = (
    Scenario(
        'values of the further types are made, edited, emptied and deleted',
        ancestor=(
            AddType('server', KINDS),
            Create('server', 'a', **FIRST),
            Create('server', 'b', **FIRST),
            Create('server', 'c', **FIRST),
        ),
        branch=(
            Change('server', 'a', **SECOND),
            Change('server', 'b', **NOTHING),
            Delete('server', 'c'),
            Create('server', 'd', **SECOND),
        ),
        merged=(Rows('server', KINDS_HEADER, f'a {SECOND_SHOWN}', 'b - - - - - - - -', f'd {SECOND_SHOWN}'),),
    ),
    Scenario(
        'a type with the further types is born in the branch',
        branch=(AddType('server', KINDS), Create('server', 'a', **FIRST), Change('server', 'a', **SECOND)),
        merged=(Rows('server', KINDS_HEADER, f'a {SECOND_SHOWN}'),),
    ),
    Scenario(
        'further types are filled in on both sides',
        ancestor=(AddType('server', KINDS), Create('server', 'a'), Create('server', 'b')),
        branch=(Change('server', 'a', **FIRST),),
        main=(Change('server', 'b', **SECOND),),
        merged=(Rows('server', KINDS_HEADER, f'a {FIRST_SHOWN}', f'b {SECOND_SHOWN}'),),
    ),
    Scenario(
        'one part of a place is changed on each side',
        ancestor=(
            AddType('server', 'title place:coordinates'),
            Create('server', 'a', place_latitude='1.000000', place_longitude='2.000000'),
        ),
        branch=(Change('server', 'a', place_latitude='3.000000'),),
        main=(Change('server', 'a', place_longitude='4.000000'),),
        merged=(Rows('server', 'title place', 'a 3.000000/4.000000'),),
        # The branch knew the longitude that it restores nothing of.
        reverted=(Rows('server', 'title place', 'a 1.000000/4.000000'),),
    ),
    Scenario(
        'fields of the further types are deleted, and come back with their values',
        ancestor=(AddType('server', KINDS), Create('server', 'a', **FIRST)),
        branch=tuple(DeleteField(f'server.{name}') for name in KINDS_HEADER.split()[1:]),
        merged=(Rows('server', 'title', 'a'),),
    ),
    Scenario(
        'fields of the further types are renamed while main fills them',
        ancestor=(AddType('server', 'title ip:ip_address place:coordinates'), Create('server', 'a')),
        branch=(Rename('server.ip', 'address'), Rename('server.place', 'point')),
        main=(Change('server', 'a', ip='192.0.2.1/32', place_latitude='1.000000', place_longitude='2.000000'),),
        merged=(Rows('server', 'title address point', 'a 192.0.2.1/32 1.000000/2.000000'),),
    ),
    Scenario(
        'texts become addresses',
        ancestor=(AddType('server', 'title ip mac'), Create('server', 'a', ip='192.0.2.1', mac='001a2b3c4d5e')),
        branch=(Convert('server.ip', 'ip_address'), Convert('server.mac', 'mac_address')),
        merged=(
            Rows('server', 'title ip mac', 'a 192.0.2.1/32 00:1A:2B:3C:4D:5E'),
            Has('server.ip', type='ip_address'),
        ),
        # Converted values are converted back: what they were normalised to stays.
        reverted=(Rows('server', 'title ip mac', 'a 192.0.2.1/32 00:1A:2B:3C:4D:5E'), Has('server.ip', type='text')),
    ),
    Scenario(
        'lists keep their order and their duplicates',
        ancestor=LISTED,
        branch=(
            Change('server', 'a', ports=[2, 1, 1]),
            Change('server', 'b', ports=[3]),
            Create('server', 'c', ports=[9, 9]),
        ),
        merged=(Rows('server', 'title ports', 'a [2,1,1]', 'b [3]', 'c [9,9]'),),
    ),
    Scenario(
        'a list is emptied in the branch, and its limits are changed in main',
        ancestor=LISTED,
        branch=(Change('server', 'a', ports=None),),
        main=(SetField('server.ports', validation_maximum=5),),
        merged=(Rows('server', 'title ports', 'a -', 'b -'), Has('server.ports', validation_maximum=5)),
    ),
)

FILES = (
    Scenario(
        'pictures are attached, and their captions changed',
        ancestor=(*SERVERS, Attach('server', 'a', 'front')),
        branch=(
            Caption('server', 'a', 'rear'),
            Attach('server', 'b', 'side'),
            Create('server', 'c'),
            Attach('server', 'c', 'new'),
        ),
        merged=(Rows('server', 'title amount #images', 'a 1 rear', 'b 2 side', 'c - new'),),
    ),
    Scenario(
        'a picture of an object of a new type',
        branch=(AddType('server', 'title'), Create('server', 'a'), Attach('server', 'a', 'front')),
        merged=(Rows('server', 'title #images', 'a front'),),
    ),
    Scenario(
        'objects are imported',
        ancestor=(AddSite('here'), AddType('server', 'title amount:integer site:object>site sites:multiobject>site')),
        branch=(
            Import('server', 'title amount', 'a 1', 'b 2'),
            Change('server', 'a', site='here', sites='here'),
        ),
        merged=(Rows('server', 'title amount site sites', 'a 1 here here', 'b 2 - -'),),
    ),
    Scenario(
        'objects are imported on both sides',
        ancestor=SERVERS,
        branch=(Import('server', 'title amount', 'c 3', 'd 4'),),
        main=(Import('server', 'title amount', 'e 5', 'f 6'),),
        merged=(Rows('server', 'title amount', 'a 1', 'b 2', 'c 3', 'd 4', 'e 5', 'f 6'),),
    ),
)
