"""A list of objects created through REST costs one update of the search index, however long it is."""

from tests.support.factories import make_type
from tests.surfaces.rest import Rest, superuser


def test_long_and_short_lists_leave_as_much_to_do_after_the_commit(db, django_capture_on_commit_callbacks):
    rest = Rest(superuser())
    make_type('thing', fields=[{'name': 'title', 'primary': True}])
    left = []
    for titles in ('a', 'bcdefg'):
        with django_capture_on_commit_callbacks() as callbacks:
            rest.post('thing/', [{'title': title} for title in titles])
        left.append(len(callbacks))
    assert left[0] == left[1]
    assert left[0] > 0
