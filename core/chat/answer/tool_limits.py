"""How much models may do with their tools within one answer."""

from __future__ import annotations

MAX_ROUNDS = 4
"""How often a model is asked within one answer; the last time without tools, so that it comes to an end."""
MAX_TOOL_CALLS = 3
"""Posts that one answer may make: each costs money, and models go in circles at times."""
MAX_TOOL_PICTURES = 4
"""Pictures that the tools draw for one question: a document may tell a model to order as many as it can."""
