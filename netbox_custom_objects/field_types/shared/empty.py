"""Text columns in which empty text means nothing: it may stand there since an old record was replayed."""


class EmptyTextIsNull:
    """A mixin of Django's text fields: empty text is read, cleaned and stored as NULL."""

    def from_db_value(self, value, expression, connection):
        """Return a stored value, None in place of empty text."""
        return None if value == '' else value

    def to_python(self, value):
        value = super().to_python(value)
        return None if value == '' else value

    def get_db_prep_save(self, value, connection):
        return super().get_db_prep_save(None if value == '' else value, connection)
