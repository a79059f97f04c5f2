"""System checks: combinations of packages that would fail later, in a less obvious way."""

from importlib.metadata import PackageNotFoundError, version

from django.apps import apps
from django.core.checks import Error, Tags, Warning, register
from django.db import DatabaseError, transaction
from packaging.version import Version

from . import settings
from .ddl.target import MAIN_ALIAS, Target
from .models.revision import is_installed
from .runtime.classes.registry import world
from .services.attention.display_expressions import unused_expressions
from .services.dependents import find_unresolved
from .services.upkeep.schemas import open_schemas

MINIMUM_BRANCHING = Version('1.2.0')
VENDOR_DISTRIBUTION = 'netboxlabs-netbox-custom-objects'


@register()
def check_branching_version(app_configs, **kwargs) -> list[Error]:
    """E002: netbox-branching is enabled, but older than the release whose replay this plugin knows."""
    if not apps.is_installed('netbox_branching'):
        return []
    try:
        installed = Version(version('netboxlabs-netbox-branching'))
    except PackageNotFoundError:  # installed from a checkout, whose version is unknown
        return []
    if installed >= MINIMUM_BRANCHING:
        return []
    return [
        Error(
            f'netbox-branching {installed} is too old for custom objects.',
            hint=f'Install netbox-branching {MINIMUM_BRANCHING} or later, or remove it from PLUGINS.',
            id='netbox_custom_objects.E002',
        )
    ]


@register()
def check_vendor_distribution(app_configs, **kwargs) -> list[Error]:
    """E004: the distribution that this one takes the place of is installed beside it."""
    try:
        installed = version(VENDOR_DISTRIBUTION)
    except PackageNotFoundError:
        return []
    return [
        Error(
            f'{VENDOR_DISTRIBUTION} {installed} is installed beside this package. Both bring a Python package '
            f'netbox_custom_objects, so files of one have replaced files of the other.',
            hint='Uninstall both with pip, then install the one that you want; see docs/operations/take-over.md.',
            id='netbox_custom_objects.E004',
        )
    ]


@register()
def check_multiobject_display(app_configs, **kwargs) -> list[Warning]:
    """W003: `max_multiobject_display` is not a positive whole number, so that its default is used."""
    value = settings.get('max_multiobject_display')
    if settings.is_positive(value):
        return []
    return [
        Warning(
            f'The setting max_multiobject_display is {value!r}; {settings.multiobject_display()} is used.',
            hint='Set it to a positive whole number.',
            id='netbox_custom_objects.W003',
        )
    ]


@register(Tags.database)
def check_permissions(app_configs, databases=None, **kwargs) -> list[Warning]:
    """W009: constraints of permissions cannot be resolved, so that they grant nothing (`check --database default`)."""
    if MAIN_ALIAS not in (databases or ()):
        return []
    try:
        with transaction.atomic():
            found = list(find_unresolved(MAIN_ALIAS)) if is_installed(Target.for_alias(MAIN_ALIAS)) else []
    except DatabaseError:  # migrations, which are about to run, have yet to bring the tables up to date
        return []
    return [
        Warning(
            f'{unresolved.definition.name}: {unresolved.describe()}',
            hint='Update the constraints of the permission to the current names of the fields.',
            obj=unresolved.permission,
            id='netbox_custom_objects.W009',
        )
        for unresolved in found
    ]


@register(Tags.database)
def check_display_expressions(app_configs, databases=None, **kwargs) -> list[Warning]:
    """W006: a display expression cannot be evaluated (`check --database default`)."""
    if MAIN_ALIAS not in (databases or ()):
        return []
    try:
        with transaction.atomic():
            schemas = open_schemas() if is_installed(Target.for_alias(MAIN_ALIAS)) else []
            found = [(schema.name, *entry) for schema in schemas for entry in unused_expressions(schema)]
    except DatabaseError:  # as above
        return []
    return [
        Warning(
            f'{name}: the display expression of {definition.name} is not used. {problem}',
            hint='Edit the type; see docs/display-expressions.md.',
            id='netbox_custom_objects.W006',
        )
        for name, definition, problem in found
    ]


@register(Tags.database)
def check_definitions(app_configs, databases=None, **kwargs) -> list[Warning]:
    """W005: a type or a field cannot be built, and is left out (run with `--database default`, and by `migrate`)."""
    if MAIN_ALIAS not in (databases or ()):
        return []
    try:
        with transaction.atomic():
            faults = [
                (schema.name, fault)
                for schema in open_schemas()
                for found in world(schema.alias).faults.values()
                for fault in found
            ]
    except DatabaseError:
        # Before the first migration, or in the middle of an upgrade.
        return []
    return [
        Warning(
            f'{name}: {fault}',
            hint='Resolve the cause, or edit or delete the field; see docs/operations/troubleshooting.md.',
            id='netbox_custom_objects.W005',
        )
        for name, fault in faults
    ]
