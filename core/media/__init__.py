"""Audio, images and documents: pure functions on bytes and text, run in decoder processes or in threads."""
