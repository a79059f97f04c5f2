"""
The display name of an object: an expression that users write in Jinja2, compiled once and run in a sandbox.

May import jinja2 and django's exceptions.
"""

import logging
from contextvars import ContextVar
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from jinja2 import Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')

_environment = ImmutableSandboxedEnvironment(autoescape=False)


@lru_cache(maxsize=1024)
def compiled_expression(expression: str) -> Template:
    """Return the compiled template of an expression; raises jinja2's TemplateSyntaxError."""
    return _environment.from_string(expression)


@lru_cache(maxsize=1024)
def expression_names(expression: str) -> frozenset[str]:
    """Return the names of the fields that an expression reads; none for an expression that is no template."""
    try:
        return frozenset(meta.find_undeclared_variables(_environment.parse(expression)))
    except TemplateError:
        return frozenset()


def validate_expression(expression: str) -> None:
    """Raise ValidationError unless the expression is a valid template."""
    try:
        compiled_expression(expression)
    except TemplateError as error:
        raise ValidationError(_('This is not a valid Jinja2 template: %(error)s'), params={'error': error}) from error


def render_expression(expression: str, values: dict) -> str:
    """Return the rendered text, or '' if the template fails on these values (the caller then falls back)."""
    try:
        return compiled_expression(expression).render(values).strip()
    except Exception as error:  # whatever a user's template does, an object must stay displayable
        logger.warning('display expression %r failed: %s', expression, error)
        return ''


# The objects that are being named now: (type id, primary key).
_being_named: ContextVar[frozenset] = ContextVar('netbox_custom_objects_being_named', default=frozenset())


def name_of(instance) -> str:
    """
    Return the display name of an object: by its type's expression, else by its primary field, else by its id.

    Objects that are named after one another in a circle end it with their ids.
    """
    definition, key = instance._definition, (instance._type_id, instance.pk)
    fallback = f'{definition.display_name} {instance.pk}'
    if key in _being_named.get():
        return fallback
    reset = _being_named.set(_being_named.get() | {key})
    try:
        if definition.display_expression:
            names = expression_names(definition.display_expression)
            # Only what is read: each reference would be fetched.
            values = {field.name: getattr(instance, field.name) for field in definition.fields if field.name in names}
            if text := render_expression(definition.display_expression, values):
                return text
        if definition.primary_field is None:
            return fallback
        return as_text(getattr(instance, definition.primary_field.name)) or fallback
    finally:
        _being_named.reset(reset)


def as_text(value) -> str:
    """Return the value of a field of any type as plain text, '' if there is none."""
    if hasattr(value, 'all'):
        # An object that is not saved yet (or not any more) has no links.
        return ', '.join(map(str, value.all() if value.instance.pk is not None else ()))
    # Nothing else that can be iterated over: a network would list its addresses.
    if isinstance(value, (list, tuple)):
        return ', '.join(map(str, value))
    return '' if value is None else str(value)
