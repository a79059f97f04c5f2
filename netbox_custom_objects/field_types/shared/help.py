"""Help texts of inputs, which NetBox's pages take for HTML."""

from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

SENTENCE_ENDS = ('.', '!', '?', ':', '>')


def _followed(help_text, hint) -> SafeString:
    end = '' if str(help_text).rstrip().endswith(SENTENCE_ENDS) else '.'
    return format_html('{}{} {}', help_text, end, hint)


_lazily_followed = lazy(_followed, SafeString)


def with_hint(help_text, hint) -> SafeString:
    """Return a help text, which is HTML or needs no escaping, with a sentence after it; in the language of the page."""
    return _lazily_followed(help_text, hint) if help_text else hint
