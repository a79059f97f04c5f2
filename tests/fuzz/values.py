"""What careless and hostile clients send: texts for inputs and parameters, and bodies of REST requests."""

TEXTS = (
    '', ' ', '0', '-1', '+1', '1_0', '1' * 5000, '9' * 19, '9' * 30, '1e999', 'NaN', '-Infinity', '٣', '²', '\x00',
    'a\x00b', '[' * 100_000, '{"a":' * 50_000, '[' + '1' * 5000 + ']', '1.' + '1' * 5000, '[' * 900 + ']' * 900,
    '{"a": "\\u0000"}', '"\\ud800"', 'null', 'true', '[]', '{}', '[1, [2]]', '{"id": 1}', "' OR 1=1 --", '%', '%00',
    'x' * 600, 'x' * 70_000, '(', '(?=a)', '(a*)*b', '[[:<:]]', '{{ a }}', '{{', '<b>', '😀', '\u202e', '../..',
    '2024-02-30', '9999-12-31T23:59:59-23:59', '0001-01-01T00:00:00+14:00', '99:99', '-999999999 days', '1,2', '1, x',
    '"a', 'title != null', 'size(title) <', '1 / 0 == 1', '(' * 900, '!' * 3000, '$1 == $2', 'title.matches("(a*)*b")',
    'dcim.site', 'dcim.site:1', 'dcim.nowhere:1', f'dcim.site:{"1" * 5000}', 'custom-objects.x', '.', ':', '::',
    f'{"1" * 5000}:', '-id', 'id', 'pk', '__', 'id__id', '-', 'on', 'self', 'f00000000', 'text', 'object', 'select',
    'multiobject', 'array', 'url', 'csv', 'json', 'yaml', 'auto', '{"a": [' * 300, '::1/129', '1.2.3.4/33', 'ff',
)  # fmt: skip

# Raw bodies; such that no encoder would make.
BODIES = (
    b'', b'\x00', b'[' * 100_000, b'{"name":' * 100_000, b'1' * 5000, b'{"id": ' + b'1' * 5000 + b'}', b'"\xff"',
    b'[{"id": ' + b'9' * 30 + b'}]', b'NaN', b'{"name": NaN}', b'null', b'[]', b'[[]]', b'[null]', b'{"": 1}', b'"a"',
    b'{"name": "\\u0000"}', b'{"name": "\\ud800"}', b'[1, 2]', b'true', b'{"id": 1e400}', b'\xef\xbb\xbf{}', b'{',
)  # fmt: skip

# Values of keys in bodies that are JSON otherwise.
VALUES = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, 1.5, 1e300, '', 'a', '\x00', '1' * 5000, [], {}, [None], [[]],
    [{}], {'id': 1}, {'id': 10**30}, {'id': '1' * 5000}, {'slug': '\x00'}, {'a': {'b': []}}, [1, 'a'], [10**30],
    'x' * 600,
    {'app_label': 'dcim', 'model': '1' * 5000}, {'app_label': None, 'model': []}, '\ud800', {'\x00': 1}, {'value': []},
    {'value': 'a', 'label': {}}, {'_content_type': 'dcim.site', 'id': '1' * 5000}, {'_content_type': '\x00.a', 'id': 1},
    {'_content_type': 'dcim.site', 'id': True}, {'content_type_id': '1' * 5000, 'object_id': 1}, ['a', 'a'], '1,2',
    'dcim.site', 'NaN', '-Infinity', '2024-02-30', '٣', [{'id': 1}, {'id': 1}], {'name__in': [1]}, {'pk__gt': 'x'},
)  # fmt: skip

# Parameters and inputs that pages read besides those that they show.
NAMES = (
    '_apply', '_confirm', '_all', '_nullify', '_preview', '_addanother', '_quickadd', '_create',
    '_init_time', '_search',
    'pk', 'id', 'q', 'field', 'field_names', 'row', 'return_url', 'export', 'embedded', 'sort', 'page', 'per_page',
    'include_columns', 'exclude_columns', 'tableconfig_id', 'filter_id', 'filter', 'tag', 'type', 'hide', 'show',
    'fields_of', 'is_polymorphic', 'data', 'format', 'import_method', 'find', 'replace', 'use_regex', 'user', 'time',
    'background_job', 'changelog_message', 'add_tags', 'remove_tags', 'tags', 'owner', 'repair', 'device', 'target',
    'ordering', 'limit', 'offset', 'start', 'brief', 'fields', 'omit', 'exclude', 'object_type', 'object_id', 'stage',
    'custom_object_type', 'dry_run', 'background', 'created', 'last_updated', 'created_by_request', 'version',
    'default',
    'scheduled_removal__lte', 'name__regex', 'id__n', 'name__empty', 'f00000000-type', 'f00000000-name',
    'f00000000-default', 'f00000000-related_object_types', 'related_object_type', 'related_object_types', 'table',
    'delete_referencing_fields', 'assigned_object_id', 'assigned_object_type', 'object_types', 'name', 'slug',
)  # fmt: skip
