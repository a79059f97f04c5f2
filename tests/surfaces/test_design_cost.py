"""What a design costs grows with its rows, and not faster: queries are counted, and the work of the process."""

import sys

from django.db import connection
from django.test.utils import CaptureQueriesContext

from netbox_custom_objects.models import CustomObjectType
from tests.surfaces.test_ui_designer import PATH, sent
from tests.surfaces.ui import form_of

FEW, MANY = 10, 40
# Names are compared with one another, which is next to nothing; what grows with the square is four times as much.
SLACK = 1.2
KINDS = 'text', 'integer', 'date', 'boolean'


def cost(run) -> tuple[int, int]:
    """Return the queries, and the calls of functions, that `run` takes."""
    calls = 0

    def note(frame, event, argument):
        nonlocal calls
        calls += event == 'call'

    with CaptureQueriesContext(connection) as queries:
        sys.setprofile(note)
        try:
            run()
        finally:
            sys.setprofile(None)
    return len(queries), calls


def costs_of(browser, count) -> dict[str, tuple[int, int]]:
    rows = [{'name': f'field_{number}', 'type': KINDS[number % 4]} for number in range(count)]
    for row in rows[::5]:
        row['visible_if'] = 'field_1 > 3'
    data = {**sent(*rows), 'name': f'panel_{count}', 'slug': f'panel-{count}'}
    found = {
        'preview': cost(lambda: browser.post(f'{PATH}preview/', 200, **data)),
        'create': cost(lambda: browser.post(PATH, **data)),
    }
    path = f'custom-object-types/{CustomObjectType.objects.get(name=data["name"]).pk}/design/'
    found['open'] = cost(lambda: browser.get(path))
    again = form_of(browser.get(path))
    # All of them are written again.
    again['row'].reverse()
    found['reorder'] = cost(lambda: browser.post(path, **again))
    return found


def test_grows_with_the_rows(browser):
    browser.get(PATH)
    few, many = costs_of(browser, FEW), costs_of(browser, MANY)
    for step in few:
        for before, after in zip(few[step], many[step], strict=True):
            assert after <= before * MANY / FEW * SLACK, (step, few[step], many[step])
