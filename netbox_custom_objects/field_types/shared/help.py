"""Help texts of inputs, which NetBox's pages take for HTML."""

from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

_format = lazy(format_html, SafeString)


def with_hint(help_text, hint) -> SafeString:
    """Return a help text, which is HTML or needs no escaping, with a sentence after it; in the language of the page."""
    return _format('{} {}', help_text, hint) if help_text else hint
