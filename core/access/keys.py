"""The names of the keys in Redis; the braces put them into one slot of a cluster, for scripts that use several."""

SIGNING_KEY = "{access}:signing_key"
"""The secret that signs buttons."""
