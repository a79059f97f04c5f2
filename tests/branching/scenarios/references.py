"""Scenarios: references to NetBox's objects, to custom objects, to themselves and in circles."""

from .edits import (
    AddField,
    AddSite,
    AddType,
    BulkDelete,
    Change,
    Create,
    Delete,
    DeleteField,
    DeleteSite,
    DeleteType,
    Link,
    Rename,
    RenameType,
    SetField,
    SetSite,
    Unlink,
)
from .expect import Gone, Has, Rows, Sites
from .scenario import Scenario

SITES = (AddSite('here', 'there'),)
PLACED = (
    *SITES,
    AddType('server', 'title site:object>site'),
    Create('server', 'a', site='here'),
    Create('server', 'b'),
)
SPREAD = (
    *SITES,
    AddType('server', 'title sites:multiobject>site'),
    Create('server', 'a', sites='here'),
    Create('server', 'b'),
)
VENDED = (
    AddType('vendor', 'title'),
    AddType('server', 'title vendor:object>vendor vendors:multiobject>vendor'),
    Create('vendor', 'acme'),
    Create('vendor', 'bolt'),
    Create('server', 'a', vendor='acme', vendors='acme bolt'),
    Create('server', 'b', vendor='bolt'),
)
TREE = (
    AddType('node', 'title'),
    AddField('node', 'parent:object>node'),
    AddField('node', 'peers:multiobject>node'),
    Create('node', 'root'),
    Create('node', 'leaf', parent='root', peers='root'),
)
CIRCLE = (
    AddType('left', 'title'),
    AddType('right', 'title left:object>left'),
    AddField('left', 'right:object>right'),
    AddField('left', 'rights:multiobject>right'),
    Create('left', 'l'),
    Create('right', 'r', left='l'),
    Change('left', 'l', right='r', rights='r'),
)

REFERENCES = (
    Scenario(
        'references to sites are set, changed and removed',
        ancestor=PLACED,
        branch=(
            Change('server', 'a', site=None),
            Change('server', 'b', site='there'),
            Create('server', 'c', site='here'),
        ),
        merged=(Rows('server', 'title site', 'a -', 'b there', 'c here'),),
    ),
    Scenario(
        'a site is made in the branch, and pointed at',
        ancestor=(AddType('server', 'title site:object>site sites:multiobject>site'), Create('server', 'a')),
        branch=(AddSite('new'), Change('server', 'a', site='new', sites='new')),
        merged=(Rows('server', 'title site sites', 'a new new'), Sites('new')),
    ),
    Scenario(
        'a site that an object refers to is edited in main',
        ancestor=PLACED,
        branch=(Change('server', 'b', site='here'),),
        main=(SetSite('here', description='edited'),),
        merged=(Rows('server', 'title site', 'a here', 'b here'),),
    ),
    Scenario(
        'a site that an object refers to is deleted',
        ancestor=PLACED,
        branch=(DeleteSite('here'),),
        merged=(Rows('server', 'title site', 'a -', 'b -'), Sites('there')),
    ),
    Scenario(
        'a site that objects are linked with is deleted',
        ancestor=SPREAD,
        branch=(Link('server', 'b', 'sites', 'here there'), DeleteSite('here')),
        merged=(Rows('server', 'title sites', 'a -', 'b there'), Sites('there')),
    ),
    Scenario(
        'a site is deleted with the objects that refer to it',
        ancestor=(
            *SITES,
            AddType('server', 'title site:object>site:cascade'),
            Create('server', 'a', site='here'),
            Create('server', 'b', site='there'),
        ),
        branch=(DeleteSite('here'),),
        merged=(Rows('server', 'title site', 'b there'), Sites('there')),
    ),
    Scenario(
        'a protected site is let go and deleted',
        ancestor=(*SITES, AddType('server', 'title site:object>site:protect'), Create('server', 'a', site='here')),
        branch=(Change('server', 'a', site='there'), DeleteSite('here')),
        merged=(Rows('server', 'title site', 'a there'), Sites('there')),
    ),
    Scenario(
        'what happens at a deletion is changed',
        ancestor=PLACED,
        branch=(SetField('server.site', on_delete_behavior='cascade'), DeleteSite('here')),
        merged=(Rows('server', 'title site', 'b -'), Has('server.site', on_delete_behavior='cascade')),
    ),
    Scenario(
        'a site is deleted in main while the branch edits an object that refers to it',
        ancestor=(
            *SITES,
            AddType('server', 'title amount:integer site:object>site'),
            Create('server', 'a', site='here'),
        ),
        branch=(Change('server', 'a', amount=10),),
        main=(DeleteSite('here'),),
        merged=(Rows('server', 'title amount site', 'a 10 -'), Sites('there')),
        # Docs, limits: a revert after a sync undoes what main did, here to the reference.
        may_dangle=True,
    ),
    Scenario(
        'links are added and removed',
        ancestor=SPREAD,
        branch=(
            Link('server', 'a', 'sites', 'there'),
            Unlink('server', 'a', 'sites', 'here'),
            Link('server', 'b', 'sites', 'here there'),
        ),
        merged=(Rows('server', 'title sites', 'a there', 'b here,there'),),
    ),
    Scenario(
        'all links are removed, and others are added to a new object',
        ancestor=SPREAD,
        branch=(Change('server', 'a', sites=''), Create('server', 'c', sites='here there')),
        merged=(Rows('server', 'title sites', 'a -', 'b -', 'c here,there'),),
    ),
    Scenario(
        'the branch links, main edits another value',
        ancestor=(
            *SITES,
            AddType('server', 'title amount:integer sites:multiobject>site'),
            Create('server', 'a', sites='here'),
        ),
        branch=(Link('server', 'a', 'sites', 'there'),),
        main=(Change('server', 'a', amount=10),),
        merged=(Rows('server', 'title amount sites', 'a 10 here,there'),),
    ),
    Scenario(
        'each side links another object',
        ancestor=SPREAD,
        branch=(Link('server', 'a', 'sites', 'there'),),
        main=(Link('server', 'b', 'sites', 'there'),),
        merged=(Rows('server', 'title sites', 'a here,there', 'b there'),),
    ),
    Scenario(
        'a linked object is deleted, others in bulk',
        ancestor=(*SPREAD, Create('server', 'c d', sites='here there')),
        branch=(Delete('server', 'a'), BulkDelete('server', 'b c')),
        merged=(Rows('server', 'title sites', 'd here,there'),),
    ),
    Scenario(
        'reference fields are added to a filled type',
        ancestor=(*SITES, AddType('server', 'title'), Create('server', 'a')),
        branch=(
            AddField('server', 'site:object>site'),
            AddField('server', 'sites:multiobject>site'),
            Change('server', 'a', site='here', sites='here there'),
        ),
        merged=(Rows('server', 'title site sites', 'a here here,there'),),
    ),
    Scenario(
        'an object field is deleted with its values',
        ancestor=PLACED,
        branch=(DeleteField('server.site'), DeleteSite('here')),
        merged=(Rows('server', 'title', 'a', 'b'), Sites('there')),
    ),
)

CUSTOM_REFERENCES = (
    Scenario(
        'references between custom objects are changed',
        ancestor=VENDED,
        branch=(
            Create('vendor', 'core'),
            Change('server', 'a', vendor='core', vendors='bolt core'),
            Create('server', 'c', vendor='core', vendors='acme'),
        ),
        merged=(
            Rows('server', 'title vendor vendors', 'a core bolt,core', 'b bolt -', 'c core acme'),
            Rows('vendor', 'title', 'acme', 'bolt', 'core'),
        ),
    ),
    Scenario(
        'a custom object that others refer to is deleted',
        ancestor=VENDED,
        branch=(Delete('vendor', 'acme'),),
        merged=(Rows('server', 'title vendor vendors', 'a - bolt', 'b bolt -'), Rows('vendor', 'title', 'bolt')),
    ),
    Scenario(
        'a custom object is deleted with the objects that refer to it',
        ancestor=(
            AddType('vendor', 'title'),
            AddType('server', 'title vendor:object>vendor:cascade'),
            Create('vendor', 'acme'),
            Create('server', 'a', vendor='acme'),
            Create('server', 'b'),
        ),
        branch=(Delete('vendor', 'acme'),),
        merged=(Rows('server', 'title vendor', 'b -'), Rows('vendor', 'title')),
    ),
    Scenario(
        'two types that refer to each other are made and filled',
        branch=CIRCLE,
        merged=(Rows('left', 'title right rights', 'l r r'), Rows('right', 'title left', 'r l')),
    ),
    Scenario(
        'objects that refer to each other are made',
        ancestor=CIRCLE,
        branch=(
            Create('left', 'l2'),
            Create('right', 'r2', left='l2'),
            Change('left', 'l2', right='r2', rights='r r2'),
        ),
        merged=(Rows('left', 'title right rights', 'l r r', 'l2 r2 r,r2'), Rows('right', 'title left', 'r l', 'r2 l2')),
    ),
    Scenario(
        'objects that refer to each other are deleted',
        ancestor=CIRCLE,
        branch=(Delete('left', 'l'), Delete('right', 'r')),
        merged=(Rows('left', 'title right rights'), Rows('right', 'title left')),
    ),
    Scenario(
        'one of two objects that refer to each other is deleted',
        ancestor=CIRCLE,
        branch=(Delete('right', 'r'),),
        merged=(Rows('left', 'title right rights', 'l - -'), Rows('right', 'title left')),
    ),
    Scenario(
        'types that refer to each other are taken apart and deleted',
        ancestor=CIRCLE,
        branch=(DeleteField('right.left'), DeleteType('left'), DeleteType('right')),
        merged=(Gone('left', 'right'),),
    ),
    Scenario(
        'objects of a type refer to one another',
        ancestor=TREE,
        branch=(
            Create('node', 'twig', parent='leaf', peers='leaf root'),
            Change('node', 'root', parent='twig', peers='twig'),
            Change('node', 'leaf', peers='leaf'),
        ),
        merged=(Rows('node', 'title parent peers', 'root twig twig', 'leaf root leaf', 'twig leaf leaf,root'),),
    ),
    Scenario(
        'an object refers to itself, and is deleted',
        ancestor=(*TREE, Change('node', 'root', parent='root', peers='root leaf')),
        branch=(Delete('node', 'root'),),
        merged=(Rows('node', 'title parent peers', 'leaf - -'),),
    ),
    Scenario(
        'a type that refers to itself is made, filled and renamed',
        branch=(*TREE, RenameType('node', 'item'), Create('item', 'twig', parent='leaf')),
        merged=(Rows('item', 'title parent peers', 'root - -', 'leaf root root', 'twig leaf -'),),
    ),
    Scenario(
        'a type that refers to itself is deleted',
        ancestor=TREE,
        branch=(DeleteType('node'),),
        merged=(Gone('node'),),
    ),
    Scenario(
        'a field of a filled type refers to a new type',
        ancestor=(AddType('server', 'title'), Create('server', 'a b')),
        branch=(
            AddType('vendor', 'title'),
            AddField('server', 'vendor:object>vendor'),
            AddField('server', 'vendors:multiobject>vendor'),
            Create('vendor', 'acme'),
            Change('server', 'a', vendor='acme', vendors='acme'),
        ),
        merged=(Rows('server', 'title vendor vendors', 'a acme acme', 'b - -'), Rows('vendor', 'title', 'acme')),
    ),
    Scenario(
        'a chain of new types, each pointing at the next',
        branch=(
            AddType('one', 'title'),
            AddType('two', 'title one:object>one'),
            AddType('three', 'title two:object>two ones:multiobject>one'),
            Create('one', 'x'),
            Create('two', 'y', one='x'),
            Create('three', 'z', two='y', ones='x'),
        ),
        merged=(Rows('three', 'title two ones', 'z y x'), Rows('two', 'title one', 'y x')),
    ),
    Scenario(
        'the target type is renamed in main while the branch refers to its objects',
        ancestor=VENDED,
        branch=(Change('server', 'a', vendor='bolt'), Create('vendor', 'core'), Change('server', 'b', vendor='core')),
        main=(RenameType('vendor', 'maker'), Rename('maker.title', 'label')),
        merged=(
            Rows('server', 'title vendor vendors', 'a bolt acme,bolt', 'b core -'),
            Rows('maker', 'label', 'acme', 'bolt', 'core'),
        ),
    ),
    Scenario(
        'the pointing field and then its target type are deleted',
        ancestor=VENDED,
        branch=(DeleteField('server.vendor'), DeleteField('server.vendors'), DeleteType('vendor')),
        merged=(Rows('server', 'title', 'a', 'b'), Gone('vendor')),
    ),
    Scenario(
        'the pointing type and then its target type are deleted',
        ancestor=VENDED,
        branch=(DeleteType('server'), DeleteType('vendor')),
        merged=(Gone('server', 'vendor'),),
    ),
    Scenario(
        'a target is deleted in main, untouched in the branch',
        ancestor=VENDED,
        branch=(Create('server', 'c', vendor='bolt'),),
        main=(Delete('vendor', 'acme'),),
        merged=(Rows('server', 'title vendor vendors', 'a - bolt', 'b bolt -', 'c bolt -'),),
    ),
    Scenario(
        'a reference is set to an object that main deletes',
        ancestor=(
            AddType('vendor', 'title'),
            AddType('server', 'title vendor:object>vendor'),
            Create('vendor', 'acme'),
            Create('server', 'a'),
        ),
        branch=(Change('server', 'a', vendor='acme'),),
        main=(Delete('vendor', 'acme'),),
        # Docs, limits: deleted targets are not reported.
        merged=(Rows('server', 'title vendor', 'a acme?'), Rows('vendor', 'title')),
        can_sync=False,
        may_dangle=True,
    ),
)
