"""How long somebody wants to be left alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.wanjie import QuotaExhaustedError, ServerFaultError, TooManyRequestsError
from core.wanjie.failures.error_mapping import error_from_json, error_from_response
from core.wanjie.failures.parse_retry_after import parse_retry_delay

NOW = datetime(2026, 11, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ("Rate limit reached for gpt-4o on tokens per min. Please try again in 20s. Visit https://x.", 20),
        ("Please try again in 1m2.5s", 62.5),
        ("Please try again in 6ms", 0.006),
        ("Quota exceeded for metric: requests, limit: 15. Please retry in 34.07s.", 34.07),
        ("Please retry after 26 seconds.", 26),
        ("reached max organization concurrency: 1, please try again after 1 seconds", 1),
        ("retry after 2 minutes and 5 seconds", 125),
        ("The limit resets in 3h", 10800),
        ("请求过于频繁,请 30 秒后重试", 30),
        ("请在1分钟后再试", 60),
        ("请等待 20 秒", 20),
        ("将在 12 小时之后恢复", 43200),
        ('{"details": [{"retryDelay": "34s"}]}', 34),
        ('{"retry_after": 12}', 12),
        ('{"retry_after_ms": "1500"}', 1.5),
        ('{"metadata": {"headers": {"X-RateLimit-Reset": "1793786430000"}}}', 30),
        ("您已达到请求数限制:1分钟内最多请求60次", None),
        ("Limit 3 / min. Please slow down.", None),
        ("Rate limit reached for a 60s window", None),
        ("Please wait a moment and try again. The code is 5 s", None),
        ("try again later (code 1305)", None),
        ("请稍后重试", None),
        ("", None),
    ],
)
def test_a_wait_is_read_from_many_wordings(body: str, seconds: float | None) -> None:
    assert parse_retry_delay({}, body, now=NOW) == pytest.approx(seconds)


def test_headers_override_wordings() -> None:
    body = "Please try again in 20s"

    assert parse_retry_delay({"retry-after": "7"}, body, now=NOW) == 7
    assert parse_retry_delay({"retry-after-ms": "1500"}, body, now=NOW) == 1.5
    assert parse_retry_delay({"retry-after": "soon"}, body, now=NOW) == 20


def test_errors_of_responses_and_streams_have_a_retry_after() -> None:
    body = json.dumps({"error": {"code": 429, "message": "Rate limit reached. Please try again in 20s."}})
    refused, told = error_from_response(429, {}, body), error_from_json(json.loads(body))

    assert isinstance(refused, TooManyRequestsError)
    assert isinstance(told, TooManyRequestsError)
    assert refused.retry_after == told.retry_after == 20
    unavailable = error_from_response(503, {"retry-after": "9"}, "")
    assert isinstance(unavailable, ServerFaultError)
    assert unavailable.retry_after == 9


def test_a_quota_that_renews_soon_is_not_an_empty_account() -> None:
    told = {"message": "You exceeded your current quota, check your plan and billing", "code": 429}
    google = {**told, "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}]}

    assert isinstance(error_from_response(429, {}, json.dumps([{"error": google}])), TooManyRequestsError)
    assert isinstance(error_from_response(429, {}, json.dumps([{"error": told}])), QuotaExhaustedError)
