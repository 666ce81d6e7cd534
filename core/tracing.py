"""Spans: what one event goes through, from its arrival to the calls that answer it, over all processes.

This tracer notes nothing and costs nothing. `core/open_telemetry.py` has the one that sends spans to a collector.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, TypeAlias

SpanKind: TypeAlias = Literal["inside", "call", "arrival", "job"]
"""Whether a span is work of this process, a call of another service, the storing of an event, or its job."""

_NO_SPAN = nullcontext()
_FIELD = b'{"trace":"'
_STORED_CONTEXT = re.compile(_FIELD + rb'(00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})",')


class Tracer:
    """Notes nothing. Attributes never hold what people write, nor a name or a key."""

    def span(
        self,
        name: str,  # noqa: ARG002 - for those who note something
        kind: SpanKind = "inside",  # noqa: ARG002 - see above
        *,
        parent: str = "",  # noqa: ARG002 - see above
        **attributes: str | int,  # noqa: ARG002 - see above
    ) -> AbstractContextManager[None]:
        """Note what the block does, as a part of the span around it, or of `parent`, a `traceparent` (W3C).

        A call that no span is around is not noted: such as polling for updates.
        """
        return _NO_SPAN

    def note(self, **attributes: str | int) -> None:
        """Add attributes to the span around."""

    def get_context(self) -> str:
        """Return the `traceparent` of the span around; "" when there is none."""
        return ""

    async def aclose(self) -> None:
        """Send what has not been sent yet, for a few seconds at most."""


NO_TRACER = Tracer()


def mark_event(payload: bytes, context: str) -> bytes:
    """Add the span in which an event was stored to its JSON; readers of every version ignore the field."""
    is_object = payload.startswith(b"{") and payload != b"{}" and not _STORED_CONTEXT.match(payload)
    return _FIELD + context.encode() + b'",' + payload[1:] if context and is_object else payload


def read_context(payload: bytes) -> str:
    """Return the span in which an event was stored; "" when nobody has noted it."""
    found = _STORED_CONTEXT.match(payload)
    return found[1].decode() if found else ""
