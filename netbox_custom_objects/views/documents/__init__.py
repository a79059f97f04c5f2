"""Pages that export types as a document, and preview and apply one."""
