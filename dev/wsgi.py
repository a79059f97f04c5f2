"""NetBox's WSGI application together with its static files.

In production a web server in front of NetBox serves the static files; development has none.
"""

from django.contrib.staticfiles.handlers import StaticFilesHandler

from netbox.wsgi import application as netbox

application = StaticFilesHandler(netbox)
