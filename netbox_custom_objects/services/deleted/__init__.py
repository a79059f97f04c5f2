"""What has been deleted and can be brought back: types and fields with their values, and objects with their links."""
