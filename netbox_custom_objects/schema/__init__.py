"""
Documents: a model as JSON or YAML, which teams keep in version control, compare with an instance, and apply to it.

May import services. Applying a document writes definition rows through the models' own validation, and nothing else.
"""
