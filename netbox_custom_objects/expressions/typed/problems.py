"""What is wrong with an expression, and where."""

from django.utils.translation import gettext as _


class InvalidExpression(ValueError):
    """An expression that cannot be used; `line` and `column` begin with 1."""

    def __init__(self, reason: str, line: int = 1, column: int = 1):
        self.reason = str(reason)
        self.line, self.column = line, column
        super().__init__(self.reason, line, column)

    def __str__(self):
        place = _('Line {line}, column {column}').format(line=self.line, column=self.column)
        return f'{place}: {self.reason}'
