"""Decode files from outside in processes of their own, with limits on memory and time."""
