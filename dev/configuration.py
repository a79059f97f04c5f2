"""The NetBox configuration of every development process: tests, demo, benchmarks, `make run`.

Environment: NCO_DATABASE (database name), NCO_PLUGINS (comma list), NCO_PLUGINS_CONFIG (their settings, in JSON),
NCO_CONFIGURATION (a Python file with more of it), NCO_DEBUG (1 to debug), NCO_PGBOUNCER (directory of a PgBouncer's
socket).
"""

import json
import os
from pathlib import Path

from dev import pgbouncer, postgres, redis
from dev.paths import NETBOX_ROOT

DATABASE_NAME = os.environ.get('NCO_DATABASE', 'nco_run')

# netbox_branching must come last: it looks at the models of all plugins before it.
PLUGINS = os.environ.get('NCO_PLUGINS', 'netbox_custom_objects,netbox_branching').split(',')
PLUGINS_CONFIG = json.loads(os.environ.get('NCO_PLUGINS_CONFIG', '{}'))

DATABASES = {
    'default': {
        'NAME': DATABASE_NAME,
        'USER': postgres.ROLE,
        'HOST': str(postgres.socket_directory()),
        'PORT': postgres.PORT,
        'CONN_MAX_AGE': 300,
    }
}

if socket := os.environ.get(pgbouncer.VARIABLE):
    DATABASES['default'] |= {'HOST': socket, 'PORT': pgbouncer.PORT, 'DISABLE_SERVER_SIDE_CURSORS': True}

if 'netbox_branching' in PLUGINS:
    from netbox_branching.utilities import DynamicSchemaDict

    DATABASES = DynamicSchemaDict(DATABASES)
    DATABASE_ROUTERS = ['netbox_branching.database.BranchAwareRouter']


def redis_connection(number):
    endpoint = redis.endpoint()
    return {'HOST': redis.HOST, 'PORT': endpoint['port'], 'PASSWORD': endpoint['password'], 'DATABASE': number}


REDIS = {
    'tasks': redis_connection(redis.first_database(DATABASE_NAME)),
    'caching': redis_connection(redis.first_database(DATABASE_NAME) + 1),
}
# NetBox queues one job for the search index per object that a REST list creates; merges must not wait for those.
QUEUE_MAPPINGS = {'branch': 'high'}

SECRET_KEY = 'only-for-development-only-for-development-only-for-development'
API_TOKEN_PEPPERS = {1: 'only-for-development-only-for-development-only-for-development'}
ALLOWED_HOSTS = ['*']
DEBUG = os.environ.get('NCO_DEBUG') == '1'
# Allows `netbox makemigrations`.
DEVELOPER = True

# Development must work offline and tell nobody about itself.
ISOLATED_DEPLOYMENT = True
CENSUS_REPORTING_ENABLED = False
RELEASE_CHECK_URL = None

MEDIA_ROOT = str(NETBOX_ROOT / 'media')
REPORTS_ROOT = str(NETBOX_ROOT / 'reports')
SCRIPTS_ROOT = str(NETBOX_ROOT / 'scripts')

LOGGING = {'version': 1, 'disable_existing_loggers': True}

if path := os.environ.get('NCO_CONFIGURATION'):
    exec(Path(path).read_text())
