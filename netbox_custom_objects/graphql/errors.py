"""Errors of ours in an answer: a sentence and a code, in the form of all errors of GraphQL."""

import logging
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import FieldError, ObjectDoesNotExist, ValidationError
from django.db import DataError
from django.utils.translation import gettext as _
from graphql import GraphQLError

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')


class CodedError(GraphQLError):
    """An error whose kind programs can tell."""

    code = 'INTERNAL_SERVER_ERROR'

    def __init__(self, message, **kwargs):
        super().__init__(str(message), extensions={'code': self.code}, **kwargs)


class WrongInput(CodedError):
    code = 'BAD_USER_INPUT'


class NotFound(CodedError):
    code = 'NOT_FOUND'


def coded(resolve: Callable) -> Callable:
    """Decorate a resolver so that what goes wrong has a code, and nothing of the database or the code is shown."""

    @wraps(resolve)
    def resolver(*args, **kwargs):
        try:
            return resolve(*args, **kwargs)
        except GraphQLError:
            raise
        except ObjectDoesNotExist:
            raise NotFound(_('The object does not exist.')) from None
        except ValidationError as error:
            raise WrongInput(' '.join(error.messages)) from None
        except FieldError as error:
            # Its text lists the names of a model's attributes, which may be those of hidden types.
            logger.info('A GraphQL query is not valid', exc_info=error)
            raise WrongInput(_('The query is not valid.')) from None
        except (ValueError, TypeError, OverflowError, DataError) as error:
            logger.info('A GraphQL query is not valid', exc_info=error)
            raise WrongInput(_('A value does not fit: {error}').format(error=_first_line(error))) from None
        except Exception:
            logger.exception('A GraphQL query failed')
            raise CodedError(_('An unknown error occurred.')) from None

    return resolver


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
