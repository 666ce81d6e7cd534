"""Answers that come in pieces: frames, words, thinking, calls of tools."""
