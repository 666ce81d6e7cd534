"""Read, join and extract audio."""
