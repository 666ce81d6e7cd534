"""The model's answer to one question."""
