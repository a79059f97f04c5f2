"""NetBox's own view test cases for objects of a type with a field of each type; types and fields have theirs."""

import csv
import io

from utilities.testing import ViewTestCases

from tests.surfaces.view_cases import DynamicTypeCase, EveryType, QueryBaseline


def file_of(*records):
    """Return the lines of a CSV file, whose columns are those of the first record."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, list(records[0]), lineterminator='\n')
    writer.writeheader()
    writer.writerows(records)
    return lines.getvalue().splitlines()


class EveryTypeViews(QueryBaseline, DynamicTypeCase, ViewTestCases.PrimaryObjectViewTestCase):
    # One statement for the links of all fields, and one for each model that they refer to, of which there are three.
    more_queries = 4

    @classmethod
    def setUpTestData(cls):
        cls.every_type = every_type = EveryType()
        cls.model = every_type.model
        objects = [every_type.make(0, name=f'object {number}', label=f'label {number}') for number in range(3)]
        cls.form_data = {'name': 'new', 'label': 'something new', **every_type.form(1)}
        cls.csv_data = file_of(
            {'name': 'one', 'label': 'first', **every_type.columns(0)},
            {'name': 'two', 'label': 'second', **every_type.columns(1)},
            {'name': 'three'},
        )
        cls.csv_update_data = ('id,name,label', *(f'{obj.pk},updated {obj.pk},L {obj.pk}' for obj in objects))
        cls.bulk_edit_data = {'label': 'edited in bulk', **every_type.form(1)}

    def make_many(self, number):
        for index in range(number):
            self.every_type.make(index % 2, name=f'many {index}')


class RenameViews(DynamicTypeCase, ViewTestCases.BulkRenameObjectsViewTestCase):
    @classmethod
    def setUpTestData(cls):
        every_type = EveryType()
        cls.model = every_type.model
        for number in range(3):
            every_type.make(0, name=f'object {number}', label=f'label {number}')
