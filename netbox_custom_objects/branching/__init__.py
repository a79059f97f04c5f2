"""
Full support for netbox-branching: the only room that imports it (invariant I3), entered through `register` alone.
"""

from .hooks import register

__all__ = ('register',)
