"""One type with a field of each field type."""

from django.apps import apps

from tests.field_types.case import resolve
from tests.field_types.cases import SAMPLED
from tests.field_types.kit import expected
from tests.support.factories import make_type


class Everything:
    """A type with a field of each case, and its objects by title."""

    # Without those whose values only one object can have.
    cases = {f'f{number}': case for number, case in enumerate(SAMPLED) if not case.field_type.is_always_unique}

    def __init__(self, made=None, name='everything', needs=None):
        """
        Args:
            made: the type, if it is stored already
            name: of the type that is made
            needs: what several types share that fields need, filled as they are made
        """
        self.type = made or self._make(name, {} if needs is None else needs)

    def _make(self, name_of_type, needs):
        fields = [{'name': 'title', 'type': 'text', 'primary': True}]
        for name, case in self.cases.items():
            # Cases share what they need.
            if case.needs not in needs:
                needs[case.needs] = case.needs()
            fields += case.source_fields(name)
            fields.append({'name': name, 'type': case.type, **needs[case.needs], **case.reading(name)})
        return make_type(name_of_type, fields=fields)

    @property
    def model(self):
        return apps.get_model('netbox_custom_objects', f'table{self.type.pk}model')

    def write(self, title, sample):
        """
        Create or edit the object of this title, so that each field holds its sample of this number, or nothing.

        Args:
            title: of the object
            sample: the number, None for nothing; or a dict of these by field
        """
        obj = self.model.objects.filter(title=title).first() or self.model(title=title)
        if obj.pk is not None:
            obj.snapshot()
        samples = sample if isinstance(sample, dict) else dict.fromkeys(self.cases, sample)
        values = {name: self.value(case, samples[name]) for name, case in self.cases.items()}
        many = {name for name, case in self.cases.items() if case.field_type.many}
        for name in values.keys() - many:
            self.cases[name].store(obj, values[name], name)
        obj.full_clean()
        obj.save()
        for name in many:
            getattr(obj, name).set(values[name] or [])
        return obj

    def read(self, title):
        """Return the values of the object of this title, None if there is none."""
        obj = self.model.objects.filter(title=title).first()
        if obj is None:
            return None
        return {
            name: case.links(getattr(obj, name)) or None if case.field_type.many else case.load(obj, name)
            for name, case in self.cases.items()
        }

    def holding(self, sample):
        """Return what `read` finds after `write`."""
        return {name: expected(case, self.value(case, sample)) for name, case in self.cases.items()}

    def value(self, case, sample):
        return None if sample is None else resolve(case.samples[sample].value)
