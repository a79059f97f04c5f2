"""
The menu at the side of each page: rendering what NetBox has in it takes up to a third of the time of a page.

Pages that tests ask for in their own process show what plugins add, and nothing else. Servers and commands that tests
start show all of it.
"""

from netbox.navigation.menu import get_menus
from netbox.registry import registry


def leave_netbox_out():
    """Shorten the list of menus that NetBox keeps for as long as the process lives."""
    get_menus()[:] = registry['plugins']['menus']
