"""
The gallery: models that ship with the plugin, each a document with sample objects, in a YAML file of this folder.

May import the rest of schema. `tests/gallery` installs all of them.
"""
