"""What notes spans: nothing unless a collector is set, and then in a form that every version of the service reads."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from core.open_tracer import open_tracer
from core.settings import NO_PROXIES
from core.tracing import NO_TRACER, mark_event, read_context

_CONTEXT = f"00-{'ab' * 16}-{'cd' * 8}-01"


@given(st.dictionaries(st.text(), st.integers() | st.text(), min_size=1))
def test_the_span_of_an_event_is_found_again_and_the_event_stays_what_it_is(event: dict[str, object]) -> None:
    payload = json.dumps(event).encode()
    marked = mark_event(payload, _CONTEXT)

    assert read_context(marked) == _CONTEXT
    assert json.loads(marked) == {"trace": _CONTEXT, **event}
    assert mark_event(marked, _CONTEXT) == marked
    assert mark_event(payload, "") == payload
    assert read_context(payload) == ""


@pytest.mark.parametrize("payload", [b"", b"{}", b"[1]", b"no JSON", b'{"trace":"00-heliotrope","a":1}'])
def test_what_is_no_event_is_left_alone(payload: bytes) -> None:
    assert read_context(payload) == ""
    assert mark_event(payload, "").startswith(payload)


def test_without_a_collector_nothing_is_noted() -> None:
    assert open_tracer(None, NO_PROXIES) is NO_TRACER


def test_a_collector_without_the_extra_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "core.open_telemetry", None)

    with capture_logs() as logs:
        assert open_tracer("http://localhost:4318", NO_PROXIES) is NO_TRACER
    assert "wanjie-bots[otel]" in str(logs)
