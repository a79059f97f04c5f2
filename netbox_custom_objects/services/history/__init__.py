"""The history of a type's schema, from the change log: what each request changed, and the undoing of the last one."""
