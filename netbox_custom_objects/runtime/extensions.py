"""
What optional rooms add to surfaces: lists that they fill when they are registered, and that are read afterwards.

May import nothing. Exists so that a surface need not know which optional packages are installed.
"""

# URL patterns below the plugin's REST root.
api_urlpatterns: list = []
