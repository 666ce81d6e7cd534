"""Actions that messages, commands and buttons start."""
