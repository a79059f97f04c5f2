"""How bodies of requests are read. May import DRF."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser, MultiPartParser


class BoundedJSONParser(JSONParser):
    """DRF's, which does not expect that a document can be nested too deeply to be read."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_('The document is nested too deeply.')) from error


PARSERS = (BoundedJSONParser, MultiPartParser)
