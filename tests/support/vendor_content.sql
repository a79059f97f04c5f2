-- Objects of the three types, and what NetBox keeps about them: change records keyed by names, a journal entry, a
-- bookmark, a tag, a permission, a custom field that points at a type, and a search index entry.

INSERT INTO users_user (id, password, is_superuser, username, first_name, last_name, email, is_active, date_joined)
VALUES (1, '!', true, 'keeper', '', '', '', true, now()), (2, '!', false, 'reader', '', '', '', true, now());
ALTER SEQUENCE users_user_id_seq RESTART WITH 10;
INSERT INTO users_userconfig (user_id, data) VALUES (1, '{}'), (2, '{}');
INSERT INTO dcim_site (id, created, last_updated, custom_field_data, name, slug, status, facility, description,
    physical_address, shipping_address, comments)
SELECT n, now(), now(), '{}', 'Site ' || n, 'site-' || n, 'active', '', '', '', '', '' FROM generate_series(1, 5) n;
ALTER SEQUENCE dcim_site_id_seq RESTART WITH 10;

INSERT INTO custom_objects_2 (id, created, last_updated, title, parent_id, f_34, f_33, serial, serial_title)
SELECT n, now(), now(), 'Unit ' || n, nullif(n - 1, 0), n, 1000 + n, 'https://example.com/' || n, 'Serial ' || n
FROM generate_series(1, 20) n;
ALTER SEQUENCE custom_objects_2_id_seq RESTART WITH 31;

INSERT INTO custom_objects_1 (id, created, last_updated, _config_context_generation, local_context_data, title, notes,
    amount, price, active, bought, seen, web, web_title, extra, color, colors, site_id, twin_id,
    anything_content_type_id, anything_object_id, spot_latitude, spot_longitude,
    whatever_it_is_that_this_one_here_leads_to_by_name_content_type,
    whatever_it_is_that_this_one_here_leads_to_by_name_object_id,
    the_one_site_at_which_a_device_like_that_was_found_id, the_one_code_by_which_a_device_like_that_is_called)
SELECT n, now(), now(), 0, '{"n": 1}', 'Note ' || n, 'Long note', n, 1.5, true, '2026-01-31', '2026-01-31T12:00:00Z',
       'https://example.com/' || n, 'Page ' || n, '{"a": [1]}', 'red', '{red,blue}', 1 + n % 5,
       CASE WHEN n <= 20 THEN n END, pg_temp.ct('dcim.site'), 1 + n % 5, 48.5, 9.25,
       pg_temp.ct('netbox_custom_objects.table2model'), 1 + n % 20, 2, 'code ' || n
FROM generate_series(1, 60) n;
-- As if later objects had been deleted again.
ALTER SEQUENCE custom_objects_1_id_seq RESTART WITH 401;

INSERT INTO custom_objects_1_places (source_id, target_id) SELECT n, m FROM generate_series(1, 60) n,
    generate_series(1, 2) m;
INSERT INTO custom_objects_1_units (source_id, target_id) SELECT n, 1 + n % 20 FROM generate_series(1, 60) n;
INSERT INTO custom_objects_1_things (source_id, content_type_id, object_id)
SELECT n, pg_temp.ct(label), 3 FROM generate_series(1, 60) n,
    unnest(ARRAY['dcim.site', 'netbox_custom_objects.table2model']) AS label;
INSERT INTO custom_objects_2_peers (source_id, target_id) VALUES (1, 2), (2, 1), (3, 3);
INSERT INTO custom_objects_2_f_36 (source_id, target_id) VALUES (1, 1), (1, 2);
INSERT INTO custom_objects_2_f_35 (source_id, target_id) VALUES (1, 5);
DO $body$
DECLARE
    seen text := 'custom_objects_1_all_the_sites_at_which_a_device_like_that_was_seen';
    lost text := 'custom_objects_1_all_the_sites_at_which_a_device_like_that_was_lost';
BEGIN
    EXECUTE format('INSERT INTO %I (source_id, target_id) VALUES (1, 4)', left(seen, 54) || '_' || left(md5(seen), 8));
    EXECUTE format('INSERT INTO %I (source_id, content_type_id, object_id) VALUES (1, %s, 5)',
                   left(lost, 54) || '_' || left(md5(lost), 8), pg_temp.ct('dcim.site'));
END
$body$;

-- Field 37 was called `sn` once; object 1 of type 2 was changed then, and object 1 of type 1 under today's names.
INSERT INTO core_objectchange (time, user_id, user_name, request_id, action, changed_object_type_id, changed_object_id,
    object_repr, message, prechange_data, postchange_data)
SELECT now() - days * interval '1 day', 1, 'keeper', gen_random_uuid(), action, pg_temp.ct(label), pk, repr, '',
       before::jsonb, after::jsonb
FROM (VALUES
    (9, 'create', 'netbox_custom_objects.customobjecttypefield', 37, 'Sn', NULL,
     '{"name": "sn", "type": "url", "custom_object_type": 2}'),
    (8, 'update', 'netbox_custom_objects.table2model', 1, 'Unit 1',
     '{"title": "Unit 1", "sn": "https://example.com/old", "sn_title": "Old", "peers": [2], "parent": null}',
     '{"title": "Unit 1", "sn": "https://example.com/1", "sn_title": "Serial 1", "peers": [2], "parent": null}'),
    (7, 'update', 'netbox_custom_objects.customobjecttypefield', 37, 'Serial',
     '{"name": "sn", "type": "url", "custom_object_type": 2}',
     '{"name": "serial", "type": "url", "custom_object_type": 2}'),
    (6, 'update', 'netbox_custom_objects.table1model', 1, 'Note 1',
     '{"title": "Note one", "amount": 7, "price": "2.50", "colors": "[\"green\"]", "site": 3, "web": null,
       "web_title": "", "places": [5], "anything_content_type": null, "anything_object_id": null,
       "things": [{"content_type": "dcim.site", "object_id": 1}], "tags": [], "owner": null}',
     '{"title": "Note 1", "amount": 1, "price": "1.50", "colors": "[\"red\", \"blue\"]", "site": 2,
       "web": "https://example.com/1", "web_title": "Page 1", "places": [1, 2],
       "anything_content_type": null, "anything_object_id": null,
       "things": [{"content_type": "dcim.site", "object_id": 3}], "tags": ["kept"], "owner": null}')
) AS t(days, action, label, pk, repr, before, after);

INSERT INTO extras_tag (id, name, slug, created, last_updated, color, description, weight)
VALUES (1, 'Kept', 'kept', now(), now(), '9e9e9e', '', 1000);
ALTER SEQUENCE extras_tag_id_seq RESTART WITH 2;
INSERT INTO extras_taggeditem (object_id, content_type_id, tag_id)
VALUES (1, pg_temp.ct('netbox_custom_objects.table1model'), 1);
INSERT INTO extras_journalentry (created, last_updated, assigned_object_type_id, assigned_object_id, created_by_id, kind,
    comments, custom_field_data)
VALUES (now(), now(), pg_temp.ct('netbox_custom_objects.table1model'), 1, 1, 'info', 'Written before', '{}');
INSERT INTO extras_bookmark (created, object_type_id, object_id, user_id)
VALUES (now(), pg_temp.ct('netbox_custom_objects.table1model'), 1, 1);

INSERT INTO users_objectpermission (id, name, description, enabled, actions, constraints)
VALUES (1, 'Some notes', '', true, '{view}', '{"amount__lt": 3}');
ALTER SEQUENCE users_objectpermission_id_seq RESTART WITH 2;
INSERT INTO users_objectpermission_object_types (objectpermission_id, contenttype_id)
VALUES (1, pg_temp.ct('netbox_custom_objects.table1model'));
INSERT INTO users_user_object_permissions (user_id, objectpermission_id) VALUES (2, 1);

INSERT INTO extras_customfield (id, created, last_updated, type, name, label, description, required, filter_logic,
    weight, validation_regex, related_object_type_id, group_name, search_weight, is_cloneable, ui_editable, ui_visible,
    comments, "unique", nulls_first, status)
VALUES (1, now(), now(), 'object', 'unit', '', '', false, 'loose', 100, '',
    pg_temp.ct('netbox_custom_objects.table2model'), '', 1000, false, 'yes', 'always', '', false, false, 'active');
ALTER SEQUENCE extras_customfield_id_seq RESTART WITH 2;
INSERT INTO extras_customfield_object_types (customfield_id, contenttype_id) VALUES (1, pg_temp.ct('dcim.site'));
UPDATE dcim_site SET custom_field_data = '{"unit": 4}' WHERE id = 1;

INSERT INTO extras_cachedvalue (id, timestamp, object_id, field, type, value, weight, object_type_id)
VALUES (gen_random_uuid(), now(), 1, 'title', 'str', 'Note 1', 500, pg_temp.ct('netbox_custom_objects.table1model'));
