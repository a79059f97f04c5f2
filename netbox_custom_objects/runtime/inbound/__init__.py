"""Who refers to an object, and what follows for them when it is deleted."""
