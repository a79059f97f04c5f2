"""
The display name of an object: an expression that users write in Jinja2, compiled once and run in a sandbox.

May import jinja2 and django's exceptions.
"""

import logging
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')

_environment = ImmutableSandboxedEnvironment(autoescape=False)


@lru_cache(maxsize=1024)
def compiled_expression(expression: str) -> Template:
    """Return the compiled template of an expression; raises jinja2's TemplateSyntaxError."""
    return _environment.from_string(expression)


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
