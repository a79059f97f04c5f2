"""Pages: of types, of their fields, and of custom objects. `urls` imports the modules, and none other needs to."""
