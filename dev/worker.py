"""Runs NetBox's background worker with all URLs loaded: each job is a fork, which would load them for seconds again.

Use: python -m dev.worker, in the environment of dev.paths.netbox_environment(DATABASE)
"""

QUEUES = ('high', 'default', 'low')


def main():
    import django

    django.setup()
    # Django must be set up before these can be imported.
    from django.core.management import call_command
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  # reading it loads the views, and GraphQL's schema
    call_command('rqworker', *QUEUES)


if __name__ == '__main__':
    main()
