"""Recordings: read and joined."""
