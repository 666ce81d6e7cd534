"""Turn Markdown into text for speech models."""
