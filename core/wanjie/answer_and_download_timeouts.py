"""How many seconds parts of a call may take where no setting says so."""

from __future__ import annotations

ANSWER_TIMEOUT = 3600.0
"""For a whole answer: one that drips is always in time otherwise."""
USAGE_TIMEOUT = 2.0
"""For the usage after the end of the text."""
CLOSE_TIMEOUT = 0.05
"""For the end of a response after the end of its answer."""
KEEPALIVE_TIMEOUT = 15.0
"""For a connection without calls: less than load balancers usually take to drop a silent one without closing it."""
DOWNLOAD_TIMEOUT, DOWNLOAD_IDLE_TIMEOUT = 60.0, 15.0
"""For a download, and for a pause in it."""
