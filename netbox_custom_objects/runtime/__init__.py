"""
Dynamic classes at run time: Worlds of islands, built from definitions, resolved by context, never patched.

Start with `registry`; the public entry is `django.apps.apps.get_model('netbox_custom_objects', 'table<id>model')`.
"""
