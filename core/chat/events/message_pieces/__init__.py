"""Messages that arrive in several events: cut texts, albums, a comment and its forward, a file and its question."""
