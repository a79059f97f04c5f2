"""Development tools of this repository: private services, template databases, servers, the demo.

Nothing in here is installed with the plugin.
"""
