"""What several field types share. A field type itself is a module of the room above."""
