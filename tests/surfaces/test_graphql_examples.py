"""The examples of docs/graphql.md: every query is sent, and answered as the page says."""

import json
import re

import pytest

from dcim.models import Region, Site
from extras.models import Tag

from dev.paths import ROOT
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.graphql import GraphQL
from tests.surfaces.rest import superuser

PAGE = (ROOT / 'docs' / 'graphql.md').read_text()
EXAMPLES = re.findall(r'```graphql\n(.*?)```\n\n```json\n(.*?)```', PAGE, re.DOTALL)


@pytest.fixture
def contracts(db):
    vendor = make_type('vendor', 'vendors', fields=[{'name': 'name', 'type': 'text', 'primary': True}])
    make_field(vendor, 'homepage', 'url')
    contract = make_type('contract', 'contracts', fields=[{'name': 'name', 'type': 'text', 'primary': True}])
    make_field(contract, 'amount', 'decimal')
    make_field(contract, 'status', 'select', choices=['signed', 'draft'])
    make_field(contract, 'site', 'object', target=Site)
    make_field(contract, 'covers', 'multiobject', targets=[Site, Region])
    make_field(contract, 'vendor', 'object', target=vendor, related_name='contracts')
    region = Region.objects.create(name='Europe', slug='europe')
    site = Site.objects.create(name='Berlin', slug='berlin', region=region)
    acme = make_object(vendor, name='Acme', homepage='https://acme.example.com', homepage_title='Acme')
    made = make_object(contract, name='Cooling', amount='120.00', status='signed', site=site, vendor=acme)
    made.covers.set([site, region])
    made.tags.add(Tag.objects.create(name='Urgent', slug='urgent'))
    assert (made.pk, acme.pk) == (1, 1)


def test_examples(contracts):
    graphql = GraphQL(superuser())
    assert len(EXAMPLES) == PAGE.count('```graphql') == 8
    for query, answer in EXAMPLES:
        found = json.loads(
            re.sub(r'"created":"[^"]+"', '"created":"..."', json.dumps(graphql(query)).replace('": ', '":'))
        )
        assert found == json.loads(answer), query
