"""Exports, previews and applies a model of many types that refer to each other in circles, some of them by cascade."""

import os
import resource
import time

from benchmarks import measure

TYPES, FIELDS = int(os.environ.get('TYPES', '400')), int(os.environ.get('FIELDS', '2500'))
KINDS = ('text', 'integer', 'boolean', 'date', 'select', 'object', 'multiobject', 'json')


def model(types: int = TYPES, fields: int = FIELDS) -> dict:
    """Return a document: each type refers to the next ones, and the last to the first."""
    entries = [
        {'name': f'type_{number}', 'slug': f'type-{number}', 'group_name': f'Group {number % 9}', 'fields': []}
        for number in range(types)
    ]
    for number in range(fields):
        position, count = number % types, number // types + 1
        kind = 'text' if count == 1 else KINDS[number % len(KINDS)]
        field = {'id': count, 'name': f'field_{count}', 'type': kind, 'weight': count, 'description': 'A field'}
        if count == 1:
            field['primary'] = True
        if kind == 'select':
            field['choice_set'] = 'States'
        if kind in ('object', 'multiobject'):
            field['related_object_type'] = f'custom-objects/type-{(position + count) % types}'
        if kind == 'object' and number % 3 == 0:
            field['on_delete_behavior'] = 'cascade'
        entries[position]['fields'].append(field)
    sets = [{'name': 'States', 'extra_choices': [['up', 'Up'], ['down', 'Down']]}]
    return {'schema_version': '1', 'choice_sets': sets, 'types': entries}


def run(profiler=None) -> None:
    from netbox_custom_objects.models import CustomObjectType
    from netbox_custom_objects.schema.executor import apply_document
    from netbox_custom_objects.schema.exporter import export_cots
    from netbox_custom_objects.schema.preview import preview_document

    document = model()
    if profiler:
        profiler.runcall(lambda: apply_document(document))
        return
    calls = {
        'preview': lambda: preview_document(document),
        'apply': lambda: apply_document(document),
        'apply again': lambda: apply_document(document),
        'export': lambda: export_cots(CustomObjectType.objects.all()),
    }
    rows = []
    for name, call in calls.items():
        before, started = time.process_time(), time.perf_counter()
        call()
        used, passed = time.process_time() - before, time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        rows.append([name, f'{used:.1f}', f'{passed:.1f}', peak])
    print(f'{TYPES} types, {FIELDS} fields')
    measure.print_table(['', 'CPU seconds (ours)', 'seconds', 'peak memory, MB'], rows)
