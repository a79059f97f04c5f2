"""The list of benchmarks. Imports none of them, because they need Django to be set up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Benchmark:
    """A module of this package whose function `run` measures and prints."""

    module: str
    title: str
    # Whether it compares with a limit, so that `check` runs it.
    is_checked: bool = False


BENCHMARKS = {
    'branches': Benchmark('branches', 'provisioning with 0 and 200 types, and memory over 20 branches'),
    'bulk': Benchmark(
        'bulk', 'lists of 1, 60 and 1,000 objects written through REST, against tenants of equal width', is_checked=True
    ),
    'constraints': Benchmark(
        'constraints', 'constraints of 1,000,000 objects are made, with a client at work', is_checked=True
    ),
    'conversion': Benchmark('conversion', 'text to integer in a table of 500,000 objects, with a client at work'),
    'documents': Benchmark('documents', 'preview, application and export of 400 types with 2,500 fields'),
    'fresh': Benchmark(
        'fresh', 'new processes, common pages and edits of types with 500 types of 3,000 fields', is_checked=True
    ),
    'graphql': Benchmark('graphql', 'the GraphQL schema of 400 types, and lists of 1,000 objects, against tenants'),
    'bulk_pages': Benchmark(
        'bulk_pages', 'pages that edit, rename and delete 300 objects, against tenants of equal width', is_checked=True
    ),
    'bulk_delete': Benchmark(
        'bulk_delete', '100,000 objects deleted at once, and the memory that takes', is_checked=True
    ),
    'exports': Benchmark(
        'exports',
        'CSV exports of 5,000 objects with 66 fields, and the memory that those of 1,000,000 take',
        is_checked=True,
    ),
    'imports': Benchmark(
        'imports', 'CSV files with 30,000 rows and 10 columns, right and wrong, imported into a type', is_checked=True
    ),
    'indexes': Benchmark(
        'indexes', 'filters, sorting, far pages and searches by indexed fields of 1,000,000 objects', is_checked=True
    ),
    'linked': Benchmark(
        'linked', 'site that 30,000 objects of 100 types refer to: its page, the tab, linked-objects/', is_checked=True
    ),
    'list': Benchmark(
        'object_list',
        'lists of 1,000 objects with references and tags, against tenants; pages of types with 8 and with 66 fields',
        is_checked=True,
    ),
    'menu': Benchmark('menu', 'what the menu of 300 types adds to a page', is_checked=True),
    'merge': Benchmark('merging', 'merge and revert of 200 objects with their type, against 200 tenants'),
    'runtime': Benchmark('runtime', 'freshness check, and building the classes of 200 types'),
    'schema': Benchmark('schema', 'the OpenAPI schema of 300 types: size, and what a change costs', is_checked=True),
    'sheets': Benchmark('spreadsheets', 'types of a CSV and of an XLSX file with 50,000 rows and 20 columns'),
    'site': Benchmark('core_page', 'page and deletion of a site, with 0 and with 100 types'),
}
