"""Which error a failed answer is."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from core.wanjie import (
    BadRequestError,
    ContextTooLongError,
    KeyRejectedError,
    ModelNotFoundError,
    QuotaExhaustedError,
    RefusedContentError,
    ServerFaultError,
    TooManyRequestsError,
    UnreadableAnswerError,
    UnsupportedVoiceError,
    WanjieError,
)
from core.wanjie.failures.error_mapping import error_from_json, error_from_response
from core.wanjie.failures.parse_retry_after import parse_retry_after

HTML = "<html><head><title>Error</title></head><body>rate limit of nginx</body></html>"


def openai(message: str = "", code: str | None = None, kind: str = "invalid_request_error") -> str:
    return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}})


def platform(code: int, message: str) -> str:
    return json.dumps({"code": code, "message": message, "timestamp": 1762307411, "result": None}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, openai("Incorrect API key provided", "invalid_api_key"), KeyRejectedError),
        (403, platform(403, "无访问权限"), KeyRejectedError),
        (403, openai("The model `x` does not exist or you have no access to it"), ModelNotFoundError),
        (402, "Payment Required", QuotaExhaustedError),
        (403, platform(403, "账户余额不足"), QuotaExhaustedError),
        (404, openai("The model `x` does not exist", "model_not_found"), ModelNotFoundError),
        (404, "404 page not found", UnreadableAnswerError),
        (403, openai("model not authorised for this key"), ModelNotFoundError),
        (403, openai("Your key does not have access to the model `x`"), ModelNotFoundError),
        (403, openai("unauthorized"), KeyRejectedError),
        (400, openai("Unknown model: x"), ModelNotFoundError),
        (400, openai("invalid model parameter: n"), BadRequestError),
        (400, openai("The model output is not allowed by our content policy"), RefusedContentError),
        (400, openai("This model is not permitted to produce violent content"), BadRequestError),
        (400, openai("This model's image input is not permitted"), BadRequestError),
        (400, openai("model x: messages.1.reasoning_content: Extra inputs are not permitted"), BadRequestError),
        (400, openai("This model does not support tool calls: tool_choice not allowed"), BadRequestError),
        (400, openai("Invalid model response"), BadRequestError),
        (400, openai("Unsupported model capability: vision"), BadRequestError),
        (403, openai("model `gpt-5` is not authorized for this token"), ModelNotFoundError),
        (400, platform(400, "模型 x 不存在"), ModelNotFoundError),
        (400, openai("The model `x` does not exist. Names are case-sensitive."), ModelNotFoundError),
        (429, openai("Rate limit reached", "rate_limit_exceeded"), TooManyRequestsError),
        (429, platform(429, "请求过于频繁"), TooManyRequestsError),
        (429, "slow down", TooManyRequestsError),
        (429, openai("You exceeded your current quota", "insufficient_quota"), QuotaExhaustedError),
        (400, openai("maximum context length is 8192 tokens", "context_length_exceeded"), ContextTooLongError),
        (400, openai("Range of input length should be [1, 30720]"), ContextTooLongError),
        (400, openai("prompt is too long: 210000 tokens > 200000 maximum"), ContextTooLongError),
        (422, json.dumps({"detail": "输入内容过长"}), ContextTooLongError),
        (413, HTML.replace("<", ""), ContextTooLongError),
        (413, HTML, ContextTooLongError),
        (400, openai("audio duration 1600 s is longer than 1400 s, the maximum for this model"), ContextTooLongError),
        (400, platform(400, "音频文件过大"), ContextTooLongError),
        (400, openai("unsupported audio format"), BadRequestError),
        (400, openai("Your request was rejected as a result of our safety system"), RefusedContentError),
        (400, openai("Input data may contain inappropriate content", "data_inspection_failed"), RefusedContentError),
        (400, openai("no", "content_policy_violation"), RefusedContentError),
        (400, platform(400, "内容包含敏感信息"), RefusedContentError),
        (400, openai("Your prompt violates our usage policies"), RefusedContentError),
        (400, openai("This is a policy violation", "image_generation_user_error"), RefusedContentError),
        (400, openai("NSFW content detected"), RefusedContentError),
        (422, json.dumps({"detail": "输入内容违规"}), RefusedContentError),
        (400, openai("no", "invalid_voice"), UnsupportedVoiceError),
        (400, json.dumps({"error": {"message": "Invalid value: 'x'", "param": "voice"}}), UnsupportedVoiceError),
        (400, openai("Voice 'alloy' is not supported. Use one of: 普通话"), UnsupportedVoiceError),
        (404, json.dumps({"detail": "voice not found: alloy"}), UnsupportedVoiceError),
        (400, platform(400, "不支持的音色: alloy"), UnsupportedVoiceError),
        (200, platform(400, "音色 alloy 不存在"), UnsupportedVoiceError),
        (404, openai("The model `my-voice` does not exist"), ModelNotFoundError),
        (400, openai("The model `CosyVoice` does not exist"), ModelNotFoundError),
        (400, openai("'input' is required, and so is 'voice'"), BadRequestError),
        (400, openai("'messages' is required"), BadRequestError),
        (400, openai("parameter names are case-sensitive"), BadRequestError),
        (405, "", BadRequestError),
        (422, json.dumps({"detail": [{"loc": ["body"], "msg": "field required"}]}), BadRequestError),
        (500, openai("the rate limit of a context length", "server_error"), ServerFaultError),
        (503, "upstream connect error", ServerFaultError),
        (408, "", ServerFaultError),
        (499, openai("client closed request", "abort"), ServerFaultError),
        (425, "", ServerFaultError),
        (498, openai("Invalid token"), KeyRejectedError),
        (520, HTML, ServerFaultError),
        (525, "error code: 525", ServerFaultError),
        (500, openai("bad response status code 429", "bad_response_status_code"), TooManyRequestsError),
        (
            422,
            json.dumps({"detail": [{"type": "string_too_long", "msg": "at most 4096 characters"}]}),
            ContextTooLongError,
        ),
        (400, openai("Multimodal data size exceeds limit"), ContextTooLongError),
        (403, json.dumps({"error": {"code": "403", "message": "Out of call volume quota."}}), QuotaExhaustedError),
        (403, json.dumps({"code": 30003, "message": "Model disabled.", "data": None}), ModelNotFoundError),
        (502, HTML, ServerFaultError),
        (429, HTML, TooManyRequestsError),
        (401, HTML, KeyRejectedError),
        (403, HTML, UnreadableAnswerError),
        (404, HTML, UnreadableAnswerError),
        (302, "", UnreadableAnswerError),
        (200, HTML, UnreadableAnswerError),
        (200, "", UnreadableAnswerError),
        (200, "{}", UnreadableAnswerError),
        (200, platform(429, "请求过于频繁"), TooManyRequestsError),
        (200, platform(40301, "无访问权限"), KeyRejectedError),
        (200, openai("nobody knows"), ServerFaultError),
    ],
)
def test_failures_of_every_shape_are_classified(status: int, body: str, kind: type[WanjieError]) -> None:
    assert type(error_from_response(status, {}, body)) is kind


def test_a_failure_has_status_code_and_request_id() -> None:
    error = error_from_response(400, {"x-request-id": "req-7f3c5a90-11de"}, openai("secret words", "bad_size"))

    assert (error.status, error.code, error.request_id) == (400, "bad_size", "req-7f3c5a90-11de")
    assert str(error) == "Wanjie answered 400 bad_size"


@pytest.mark.parametrize("words", ["my secret", "x" * 65, "sécret", "a\nb", "https://x/secret"])
def test_what_is_no_identifier_is_neither_a_code_nor_a_request_id(words: str) -> None:
    error = error_from_response(400, {"x-request-id": words}, openai("no", words, kind=words))

    assert (error.code, error.request_id) == ("", "")
    assert str(error) == "Wanjie answered 400"


@pytest.mark.parametrize("words", ["heliotrope", "heliotrope-marigold-12", "my.name", "12345"])
def test_a_request_id_has_the_form_of_one(words: str) -> None:
    assert not error_from_response(500, {"x-request-id": words}, "").request_id
    assert error_from_response(500, {"x-request-id": "2026113010203040506abCDe"}, "").request_id


def test_a_numeric_code_gives_way_to_the_type() -> None:
    assert error_from_response(400, {}, '{"error": {"code": "400", "type": "bad_thing"}}').code == "bad_thing"


def test_the_excerpt_is_bounded_and_not_part_of_the_message() -> None:
    error = error_from_response(500, {}, "x" * 10_000)

    assert error.excerpt == "x" * 500
    assert "xxx" not in str(error)


def test_a_temporary_limit_is_not_an_empty_account() -> None:
    error = error_from_response(
        429, {"retry-after": "7"}, openai("You exceeded your current quota, check your plan and billing")
    )

    assert isinstance(error, TooManyRequestsError)
    assert error.retry_after == 7


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("Wed, 04 Nov 2026 10:00:30 GMT", 30),
        ("Wed, 04 Nov 2026 09:00:00 GMT", 0),
        ("Wed, 04 Nov 2026 10:00:30 -0000", 30),
        ("", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, now=datetime(2026, 11, 4, 10, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    "text",
    [
        '{"choices": [], "usage": {}, "error": null}',
        '{"choices": [], "code": 0, "message": "success"}',
        '{"choices": [], "error": {"code": null, "message": ""}}',
        '{"choices": [], "error": {"code": 0, "message": "success"}}',
        '{"data": [], "object": "list", "message": ""}',
        "{}",
        "[]",
        "null",
        '"error"',
    ],
)
def test_an_ordinary_answer_is_not_an_error(text: str) -> None:
    assert error_from_json(json.loads(text)) is None


@pytest.mark.parametrize(
    "text",
    ["1" * 1_000_000, "wait " * 200_000, "max tokens " * 100_000, "1s" * 500_000, "model " * 200_000, "(" * 1_000_000],
    ids=["digits", "waits", "tokens", "spans", "models", "brackets"],
)
def test_the_words_of_an_error_are_read_quickly(text: str) -> None:
    began = time.process_time()

    for error in (
        error_from_json({"error": {"message": text, "code": text}}),
        error_from_response(400, {}, text),
        error_from_response(429, {}, json.dumps({"message": text})),
    ):
        assert error is not None
        assert len(error.excerpt) <= 500
        assert len(str(error)) < 200
    assert time.process_time() - began < 5  # 0.2 s; read as a whole it would take minutes
