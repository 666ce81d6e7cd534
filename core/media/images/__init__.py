"""Pictures: what they are, and smaller ones."""
