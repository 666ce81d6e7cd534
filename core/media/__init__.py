"""Audio, images and documents: pure functions on bytes and text, to be run in threads."""
