"""The keys in Redis; the braces put them into one slot of a cluster, for scripts that use several."""

from __future__ import annotations

AUDIT_SECONDS = 400 * 86_400
"""For which a change is kept."""

SIGNING_KEY = "{access}:signing_key"
"""The secret that signs buttons."""
OWNER_KEY = "{access}:owner"
"""Who has claimed the bot; absent while nobody owns it."""
PEOPLE_KEY = "{access}:people"
"""Hash: what each person is."""
CHATS_KEY = "{access}:chats"
"""Hash: what was decided about each group."""
REQUESTS_KEY = "{access}:requests"
"""Hash: the requests that wait for an admin."""
REQUEST_TIMES_KEY = "{access}:request_times"
"""Sorted set: when each request was made."""
NOTICES_KEY = "{access}:notices"
"""Sorted set: when strangers were told last that they are not answered."""
CODES_KEY = "{access}:codes"
"""Sorted set: digests of the claim codes, by the time at which they expire."""
TRIES_KEY = "{access}:tries"
"""How many wrong codes were tried since the newest one was made."""
AUDIT_KEY = "{access}:audit"
"""Stream: every change, with who made it."""
RULES_KEY = "{access}:rules"
"""Hash: what admins have decided for everybody, and a version that changes with it."""
