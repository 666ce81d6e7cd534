"""Texts as they are spoken."""
