"""Sounds, pictures and documents: pure work on bytes and text, none of it on the event loop's time."""
