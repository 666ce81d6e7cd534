"""Showing an answer: pages, buttons, media and notices, each exactly once."""
