"""Questions: a message with all its files, as the model reads it."""
