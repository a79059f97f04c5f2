"""Takes an installation of the vendor plugin over in place, and gives it back."""
