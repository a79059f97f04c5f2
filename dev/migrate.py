"""Runs all migrations of NetBox and its plugins, after saying how many there are.

Use: python -m dev.migrate, in the environment of dev.paths.netbox_environment(DATABASE)

The system checks are left out, for which NetBox would load all pages and APIs, the garbage collector looks at fewer
states of the models than it would, and fewer of them are made, see dev/near_states.py: a minute of computing
instead of many. `dev.database` runs this.
"""

import gc

PENDING = 'Migrations to apply: '
# Each migration builds many of the two hundred models again, out of thousands of objects.
THRESHOLDS = 200_000, 50, 100


def main():
    gc.set_threshold(*THRESHOLDS)
    import django

    django.setup()
    gc.freeze()
    # Django must be set up before these can be imported.
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from dev import near_states

    near_states.install()
    executor = MigrationExecutor(connection)
    print(f'{PENDING}{len(executor.migration_plan(executor.loader.graph.leaf_nodes()))}', flush=True)
    call_command('migrate', interactive=False, no_color=True)


if __name__ == '__main__':
    main()
