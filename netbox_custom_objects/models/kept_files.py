"""
Files of images of our objects, after the rows that named them were deleted: kept as long as the change log can bring
these back, and deleted afterwards. NetBox itself leaves them for good where a row goes along with its object.

May import ddl.
"""

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.fields.json import KT
from psycopg import sql

from ..constants import APP_LABEL
from ..ddl.target import Target
from .attachments import SetAside, delete_files, tables_named

IMAGES = 'extras.imageattachment'
# Notes of files belong to no type: neither its restoration nor its purge forgets them.
NO_TYPE = 0
TABLE = 'file'


def note_file(attachment: models.Model, using: str) -> None:
    """Note the file of an image of one of our objects, whose row is about to be deleted."""
    if attachment.image and _is_ours(attachment):
        row = {'id': attachment.pk, 'name': attachment.image.name}
        note = {'schema': Target.for_alias(using).schema, 'type_id': NO_TYPE, 'table': TABLE, 'row': row}
        SetAside.objects.using(DEFAULT_DB_ALIAS).create(**note)


def keep_file(attachment: models.Model) -> None:
    """
    Keep the file of an image of one of our objects, that is about to be deleted, for a restoration or a revert.

    NetBox deletes it with the row, unless the row goes along with its object: in a replay, each row goes by itself.
    """
    if _is_ours(attachment):
        attachment.image.delete = lambda save=True: None


def is_image(instance: models.Model) -> bool:
    return instance._meta.label_lower == IMAGES


def _is_ours(attachment: models.Model) -> bool:
    content_types = ContentType.objects.db_manager(DEFAULT_DB_ALIAS)
    return content_types.get_for_id(attachment.object_type_id).app_label == APP_LABEL


def drop_lost_files() -> int:
    """Delete noted files that neither a row nor the change log names any more, in any schema; return their number."""
    target, images = Target.for_alias(DEFAULT_DB_ALIAS), apps.get_model(IMAGES)
    notes = SetAside.objects.using(DEFAULT_DB_ALIAS).filter(type_id=NO_TYPE, table=TABLE).alias(name=KT('row__name'))
    field = images._meta.get_field('image')
    # They would be noted again.
    there = images.objects.using(DEFAULT_DB_ALIAS).values_list('image', flat=True)
    notes.filter(name__in=there).delete()
    lost = {(field, name) for name in _unrecorded(target, images)}
    deleted = [name for _field, name in delete_files(target, lost)]
    notes.filter(name__in=deleted).delete()
    return len(deleted)


def _unrecorded(target: Target, images: type[models.Model]) -> set[str]:
    """Return the names of noted files that no change record of their image names."""
    content_type = ContentType.objects.db_manager(DEFAULT_DB_ALIAS).get_for_model(images)
    with target.cursor() as cursor:
        records = [
            sql.SQL(
                'NOT EXISTS (SELECT 1 FROM {} record WHERE record.changed_object_type_id = {} '
                'AND record.changed_object_id = (note."row" ->> \'id\')::bigint AND note."row" ->> \'name\' '
                "IN (record.prechange_data ->> 'image', record.postchange_data ->> 'image'))"
            ).format(table, sql.Literal(content_type.pk))
            for table in tables_named(cursor, 'core_objectchange')
        ]
        note = sql.Identifier(target.schema, SetAside._meta.db_table)
        cursor.execute(
            sql.SQL('SELECT "row" ->> \'name\' FROM {} note WHERE type_id = %s AND "table" = %s AND {}').format(
                note, sql.SQL(' AND ').join(records)
            ),
            [NO_TYPE, TABLE],
        )
        return {name for (name,) in cursor.fetchall()}
