"""What only scripts and plugins import; the modules in which they look for it hand it on (contract, chapter 11)."""
