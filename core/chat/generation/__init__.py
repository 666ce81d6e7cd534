"""Voice notes and pictures made by models."""
