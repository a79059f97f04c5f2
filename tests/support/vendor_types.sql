-- Three types of an installation of the vendor plugin at 0.7.1 with their tables, as docs/architecture/contract.md (3.1
-- and 12.3) describes them. Type 1 has a field of every kind, type 2 has names that look like ours, type 3 has none.

CREATE FUNCTION pg_temp.ct(text) RETURNS integer LANGUAGE sql AS
    $$ SELECT id FROM django_content_type WHERE app_label || '.' || model = $1 $$;

INSERT INTO netbox_custom_objects_customobjecttype (id, created, last_updated, custom_field_data, description, comments,
    name, version, verbose_name, verbose_name_plural, slug, object_type_id, cache_timestamp, group_name, next_schema_id,
    schema_document, config_context_enabled, display_expression)
SELECT id, now(), now(), '{}', '', '', name, '1.0', '', '', replace(name, '_', '-'),
       pg_temp.ct('netbox_custom_objects.table' || id || 'model'), now(), '', next_schema_id,
       '{"base_columns": [{"name": "id", "null": false, "field_class": "BigAutoField"}], "later": 1}', contexts, ''
FROM (VALUES (1, 'device_note', 30, true), (2, 'unit', 8, false), (3, 'bare', 0, false))
    AS t(id, name, next_schema_id, contexts);
ALTER SEQUENCE netbox_custom_objects_customobjecttype_id_seq RESTART WITH 8;

INSERT INTO extras_customfieldchoiceset (id, created, last_updated, name, description, extra_choices,
    order_alphabetically, choice_colors)
VALUES (1, now(), now(), 'Colors', '', '{{red,Red},{green,Green},{blue,Blue}}', false, '{}');
ALTER SEQUENCE extras_customfieldchoiceset_id_seq RESTART WITH 2;

INSERT INTO netbox_custom_objects_customobjecttypefield (id, created, last_updated, custom_object_type_id, name, type,
    "primary", "unique", is_polymorphic, on_delete_behavior, related_object_type_id, choice_set_id, schema_id,
    label, context, required, validation_regex, related_name, group_name, description, search_weight, filter_logic,
    ui_visible, ui_editable, weight, is_cloneable, comments, deprecated, deprecated_since, scheduled_removal)
SELECT id, now(), now(), type_id, name, type, name = 'title', is_unique, is_polymorphic, on_delete,
       pg_temp.ct(target), CASE WHEN type LIKE '%select' THEN 1 END, nullif(schema_id, 0),
       '', false, name = 'title', '', '', '', '', 500, 'loose', 'always', 'yes', 100, false, '', false, '', ''
FROM (VALUES
    (1, 1, 'title', 'text', true, false, 'set_null', NULL, 1),
    (2, 1, 'notes', 'longtext', false, false, 'set_null', NULL, 2),
    (3, 1, 'amount', 'integer', false, false, 'set_null', NULL, 3),
    (4, 1, 'price', 'decimal', false, false, 'set_null', NULL, 4),
    (5, 1, 'active', 'boolean', false, false, 'set_null', NULL, 5),
    (6, 1, 'bought', 'date', false, false, 'set_null', NULL, 6),
    (7, 1, 'seen', 'datetime', false, false, 'set_null', NULL, 7),
    (8, 1, 'web', 'url', true, false, 'set_null', NULL, 8),
    (9, 1, 'extra', 'json', false, false, 'set_null', NULL, 9),
    (10, 1, 'color', 'select', false, false, 'set_null', NULL, 10),
    (11, 1, 'colors', 'multiselect', false, false, 'set_null', NULL, 11),
    (12, 1, 'site', 'object', false, false, 'protect', 'dcim.site', 12),
    (13, 1, 'twin', 'object', true, false, 'cascade', 'netbox_custom_objects.table2model', 13),
    (14, 1, 'places', 'multiobject', false, false, '', 'dcim.site', 14),
    (15, 1, 'units', 'multiobject', false, false, '', 'netbox_custom_objects.table2model', 15),
    (16, 1, 'anything', 'object', false, true, 'set_null', NULL, 16),
    (17, 1, 'things', 'multiobject', false, true, '', NULL, 17),
    (18, 1, 'spot', 'coordinates', false, false, 'set_null', NULL, 18),
    (19, 1, 'whatever_it_is_that_this_one_here_leads_to_by_name', 'object', false, true, 'set_null', NULL, 19),
    (20, 1, 'all_the_sites_at_which_a_device_like_that_was_seen', 'multiobject', false, false, '', 'dcim.site', 20),
    (21, 1, 'all_the_sites_at_which_a_device_like_that_was_lost', 'multiobject', false, true, '', NULL, 21),
    (22, 1, 'the_one_site_at_which_a_device_like_that_was_found', 'object', false, false, 'set_null', 'dcim.site', 22),
    (23, 1, 'the_one_code_by_which_a_device_like_that_is_called', 'longtext', true, false, 'set_null', NULL, 0),
    (30, 2, 'title', 'text', false, false, 'set_null', NULL, 1),
    (31, 2, 'parent', 'object', false, false, 'set_null', 'netbox_custom_objects.table2model', 2),
    (32, 2, 'peers', 'multiobject', false, false, '', 'netbox_custom_objects.table2model', 3),
    (33, 2, 'f_34', 'integer', true, false, 'set_null', NULL, 4),
    (34, 2, 'f_33', 'integer', true, false, 'set_null', NULL, 5),
    (35, 2, 'f_36', 'multiobject', false, false, '', 'dcim.site', 6),
    (36, 2, 'f_35', 'multiobject', false, false, '', 'dcim.site', 7),
    (37, 2, 'serial', 'url', false, false, 'set_null', NULL, 8)
) AS t(id, type_id, name, type, is_unique, is_polymorphic, on_delete, target, schema_id);
ALTER SEQUENCE netbox_custom_objects_customobjecttypefield_id_seq RESTART WITH 40;

INSERT INTO netbox_custom_objects_customobjecttypefield_related_object_93dc (customobjecttypefield_id, objecttype_id)
SELECT id, pg_temp.ct(target) FROM netbox_custom_objects_customobjecttypefield,
    unnest(ARRAY['dcim.site', 'netbox_custom_objects.table2model']) AS target WHERE is_polymorphic;

CREATE TABLE custom_objects_1 (
    id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, created timestamptz, last_updated timestamptz,
    owner_id bigint REFERENCES users_owner (id) DEFERRABLE INITIALLY DEFERRED,
    _config_context_data jsonb, _config_context_generation bigint NOT NULL CHECK (_config_context_generation >= 0),
    local_context_data jsonb,
    title varchar UNIQUE, notes text, amount bigint, price numeric(8, 2), active boolean, bought date, seen timestamptz,
    web varchar(200) UNIQUE, web_title varchar(200) NOT NULL, extra jsonb, color varchar(100), colors varchar(50)[],
    site_id bigint, twin_id bigint UNIQUE, anything_content_type_id integer,
    anything_object_id bigint CHECK (anything_object_id >= 0),
    spot_latitude numeric(8, 6), spot_longitude numeric(9, 6),
    whatever_it_is_that_this_one_here_leads_to_by_name_content_type_id integer,
    whatever_it_is_that_this_one_here_leads_to_by_name_object_id bigint
        CHECK (whatever_it_is_that_this_one_here_leads_to_by_name_object_id >= 0),
    the_one_site_at_which_a_device_like_that_was_found_id bigint,
    the_one_code_by_which_a_device_like_that_is_called text UNIQUE
);
CREATE TABLE custom_objects_2 (
    id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, created timestamptz, last_updated timestamptz,
    owner_id bigint REFERENCES users_owner (id) DEFERRABLE INITIALLY DEFERRED,
    title varchar, parent_id bigint, f_34 bigint UNIQUE, f_33 bigint UNIQUE,
    serial varchar(200), serial_title varchar(200) NOT NULL
);
CREATE TABLE custom_objects_3 (
    id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, created timestamptz, last_updated timestamptz,
    owner_id bigint REFERENCES users_owner (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX made_up_title_like ON custom_objects_1 (title varchar_pattern_ops);
CREATE INDEX made_up_web_like ON custom_objects_1 (web varchar_pattern_ops);
CREATE INDEX made_up_code_like
    ON custom_objects_1 (the_one_code_by_which_a_device_like_that_is_called text_pattern_ops);
CREATE INDEX made_up_site ON custom_objects_1 (site_id);
CREATE INDEX made_up_found ON custom_objects_1 (the_one_site_at_which_a_device_like_that_was_found_id);
CREATE INDEX made_up_parent ON custom_objects_2 (parent_id);
CREATE INDEX co_1_anything_gfk ON custom_objects_1 (anything_content_type_id, anything_object_id);
CREATE INDEX made_up_anything ON custom_objects_1 (anything_content_type_id);
CREATE INDEX co_1_whatever_it_is_that_this_one_here_leads_to_by_name_gfk ON custom_objects_1 (
    whatever_it_is_that_this_one_here_leads_to_by_name_content_type,
    whatever_it_is_that_this_one_here_leads_to_by_name_object_id);
CREATE INDEX made_up_whatever
    ON custom_objects_1 (whatever_it_is_that_this_one_here_leads_to_by_name_content_type);

ALTER TABLE custom_objects_1
    ADD CONSTRAINT custom_objects_1_site_id_fk FOREIGN KEY (site_id) REFERENCES dcim_site (id)
        ON DELETE RESTRICT NOT VALID,
    ADD CONSTRAINT custom_objects_1_twin_id_fk FOREIGN KEY (twin_id) REFERENCES custom_objects_2 (id)
        ON DELETE CASCADE NOT VALID,
    ADD CONSTRAINT custom_objects_1_the_one_site_at_which_a_device_like_that_was_found_id_fk
        FOREIGN KEY (the_one_site_at_which_a_device_like_that_was_found_id) REFERENCES dcim_site (id)
        ON DELETE SET NULL NOT VALID;
ALTER TABLE custom_objects_2
    ADD CONSTRAINT custom_objects_2_parent_id_fk FOREIGN KEY (parent_id) REFERENCES custom_objects_2 (id)
        ON DELETE SET NULL NOT VALID;

-- Tables of links: number of the type, full name, target, what sha1() of the table's name begins with; then the
-- polymorphic ones.
DO $body$
DECLARE
    link record;
    name text;
    target_fk text;
BEGIN
    FOR link IN SELECT * FROM (VALUES
        (1, 'custom_objects_1_places', 'dcim_site', '93427d4a'),
        (1, 'custom_objects_1_units', 'custom_objects_2', 'e8eb1aa0'),
        (1, 'custom_objects_1_all_the_sites_at_which_a_device_like_that_was_seen', 'dcim_site', 'da479386'),
        (2, 'custom_objects_2_peers', 'custom_objects_2', '3909fa5f'),
        (2, 'custom_objects_2_f_36', 'dcim_site', 'af0cc4c6'),
        (2, 'custom_objects_2_f_35', 'dcim_site', '77c60b59'),
        (1, 'custom_objects_1_things', NULL, NULL),
        (1, 'custom_objects_1_all_the_sites_at_which_a_device_like_that_was_lost', NULL, NULL)
    ) AS t(type_id, full_name, target, sha1) LOOP
        name := CASE WHEN length(link.full_name) <= 63 THEN link.full_name
                ELSE left(link.full_name, 54) || '_' || left(md5(link.full_name), 8) END;
        target_fk := '_' || link.sha1 || '_target_fk';
        IF link.target IS NOT NULL THEN
            EXECUTE format('CREATE TABLE %I (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,'
                ' source_id bigint NOT NULL REFERENCES %I (id) DEFERRABLE INITIALLY DEFERRED,'
                ' target_id bigint NOT NULL, UNIQUE (source_id, target_id),'
                ' CONSTRAINT %I FOREIGN KEY (target_id) REFERENCES %I (id) ON DELETE CASCADE'
                ' DEFERRABLE INITIALLY DEFERRED)', name, 'custom_objects_' || link.type_id,
                left(name, 63 - length(target_fk)) || target_fk, link.target);
            EXECUTE format('CREATE INDEX ON %I (source_id)', name);
            EXECUTE format('CREATE INDEX ON %I (target_id)', name);
        ELSE
            EXECUTE format('CREATE TABLE %I (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,'
                ' source_id bigint NOT NULL, content_type_id bigint NOT NULL CHECK (content_type_id >= 0),'
                ' object_id bigint NOT NULL CHECK (object_id >= 0), UNIQUE (source_id, content_type_id, object_id))',
                name);
            EXECUTE format('CREATE INDEX %I ON %I (content_type_id, object_id)',
                'co_1_' || substring(link.full_name FROM 18) || '_pgfk', name);
        END IF;
    END LOOP;
END
$body$;
