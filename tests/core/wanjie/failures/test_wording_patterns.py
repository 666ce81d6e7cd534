"""Refusals in the words of those who make models and gateways."""

from __future__ import annotations

import json

import pytest

from core.wanjie import (
    BadRequestError,
    ContextTooLongError,
    KeyRejectedError,
    ModelNotFoundError,
    QuotaExhaustedError,
    RefusedContentError,
    ServerFaultError,
    SystemRoleError,
    TooManyRequestsError,
    UnreadableAnswerError,
    WanjieError,
)
from core.wanjie.failures.error_mapping import error_from_response

Row = tuple[int, str]


def error(message: str, code: object = None, kind: str | None = "invalid_request_error", **more: object) -> str:
    fields = {"message": message, "type": kind, "param": None, "code": code, **more}
    return json.dumps({"error": fields}, ensure_ascii=False)


def flat(message: str, code: object = None, **more: object) -> str:
    return json.dumps({"code": code, "message": message, **more}, ensure_ascii=False)


REFUSED: list[Row] = [
    (400, error("Content Exists Risk")),
    (400, json.dumps({"detail": "Content Exists Risk"})),
    (400, error("The request was rejected because it was considered high risk", None, "content_filter")),
    (400, error("The response was filtered due to the prompt triggering Azure OpenAI's content management policy.")),
    (400, error("BadRequestError", "400", None, innererror={"code": "ResponsibleAIPolicyViolation"})),
    (400, error("系统检测到输入或生成内容可能包含不安全或敏感内容,请您避免输入易产生敏感内容的提示语", "1301")),
    (400, flat("Input text data may contain inappropriate content.", "DataInspectionFailed", request_id="x")),
    (400, error("The request failed.", "InputTextSensitiveContentDetected", "BadRequest")),
    (400, error("Input data is suspected of being involved in IP infringement.", "IPInfringementSuspect")),
    (400, error("The prompt was blocked: PROHIBITED_CONTENT")),
    (400, error("Sensitive chat messages", "invalid_messages")),
    (400, error("用户输入的内容包含敏感词", "sensitive_words_detected", "new_api_error")),
    (400, error("您的输入可能存在风险内容,请修改后重试")),
    (400, error("Your request contains content that violates our terms of service")),
    (451, error("no")),
    (403, error("Your chosen model requires moderation and your input was flagged")),
    (500, error("output new_sensitive (1027)", None, "upstream_error")),
    (200, json.dumps({"error": {"error": {"code": "content_filter", "message": "no"}}})),
    (200, json.dumps({"base_resp": {"status_code": 1026, "status_msg": "input new_sensitive"}})),
]
TOO_LONG: list[Row] = [
    (400, error("Invalid request: Your request exceeded model token limit: 262144 (requested: 269030)")),
    (400, error("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).")),
    (400, error("Prompt 超长", "1261")),
    (400, error("This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.")),
    (
        400,
        flat("Input length (700001 tokens) exceeds the maximum allowed length (536826 tokens).", 400, object="error"),
    ),
    (400, error("The input (12345 tokens) is longer than the model's context length (8192 tokens).")),
    (400, flat("length of prompt_tokens (68957) must be less than max_seq_len (65536).", 20015, data=None)),
    (400, '"max_total_tokens (33802) must be less than or equal to max_seq_len (32768)"'),
    (422, json.dumps({"error": "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 8000 `inputs` tokens"})),
    (400, error("the request exceeds the available context size, try increasing it", 400, "exceed_context_size_error")),
    (400, error("This model's maximum prompt length is 131072 but the request contains 537812 tokens.")),
    (400, error("invalid params, context window exceeds limit (2013)")),
    (400, error("Input token length too long")),
    (400, error("no", "tokens_too_long")),
    (400, error("the max input characters is 20000")),
    (400, error("max_tokens must be at least 1, got -186.")),
    (400, error("string too long. Expected a string with maximum length 1048576")),
    (400, error("输入内容超过模型最大上下文长度")),
    (413, "请求体过大"),
    (400, error("对话轮数超过限制")),
    (400, error("文本长度不能超过 500 字")),
    (403, error("Input token count + max_tokens parameter must be less than the context length of the model")),
    (413, error("Request too large for model `x` on tokens per minute (TPM)", "rate_limit_exceeded", "tokens")),
    (
        429,
        error("Request too large for x on tokens per min (TPM): Limit 30000, Requested 50000", "rate_limit_exceeded"),
    ),
    (500, error("This model's maximum context length is 8192 tokens", "", "upstream_error")),
]
EMPTY: list[Row] = [
    (403, flat("Sorry, your account balance is insufficient", 30001, data=None)),
    (400, flat("Access denied, please make sure your account is in good standing.", "Arrearage", request_id="x")),
    (401, error("该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = -123", None, "new_api_error")),
    (403, error("该令牌额度已用尽")),
    (200, error("该令牌额度已用尽")),
    (500, error("insufficient balance (1008)", None, "upstream_error")),
    (500, error("no", "500", "insufficient_balance_error")),
    (403, error("用户额度不足, 剩余额度: ¥0.01", "insufficient_user_quota", "new_api_error")),
    (403, error("预扣费额度失败, 用户剩余额度: ¥0.1, 需要预扣费额度: ¥1")),
    (429, error("您的账户已欠费,请充值后重试", "1113")),
    (429, error("Your account is suspended, please check your plan and billing details")),
    (403, error("The request failed because your account has an overdue balance.", "AccountOverdueError", "Forbidden")),
    (402, error("This request requires more credits. You can only afford 222.", 402)),
    (400, error("Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.")),
    (400, error("Your credit balance is too low to access the API.")),
    (403, error("There are no remaining credits on this key.")),
    (403, error("The free tier of the model has been exhausted.", "AllocationQuota.FreeTierOnly")),
    (403, error("You've reached your usage limit for this billing cycle")),
    (429, error("Budget has been exceeded! Current cost: 3, Max budget: 2", None, "budget_exceeded")),
    (200, json.dumps({"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}})),
    (200, json.dumps({"Response": {"Error": {"Code": "FailedOperation", "Message": "资源包余量已用尽"}}})),
]
NO_MODEL: list[Row] = [
    (503, error("当前分组 default 下对于模型 kimi-k2 无可用渠道(distributor)", "model_not_found", "new_api_error")),
    (503, error("当前分组 default 下对于模型 kimi-k2 无可用渠道", None, "one_api_error")),
    (503, error("No available channel for model kimi-k2 under group default (distributor)")),
    (400, error("Model Not Exist")),
    (400, error("模型不存在,请检查模型代码", "1211")),
    (404, error("Not found the model moonshot-v9 or Permission denied", None, "resource_not_found_error")),
    (404, error("model: claude-9", None, "not_found_error")),
    (404, error("No endpoints found for foo/bar.", 404)),
    (400, error("foo/bar is not a valid model ID", 400)),
    (404, error("models/gemini-9 is not found for API version v1main", 404, status="NOT_FOUND")),
    (404, error("The API deployment for this resource does not exist.", "DeploymentNotFound")),
    (404, error("Your account 21 has not activated the model doubao.", "ModelNotOpen", "NotFound")),
    (404, flat("The model `x` does not exist.", 404, object="error", type="NotFoundError")),
    (404, json.dumps({"error": 'model "x" not found, try pulling it first'})),
    (404, flat("该模型未授权", 404, timestamp=1, result=None)),
    (403, error("该令牌无权访问模型 kimi-k2", "access_denied")),
    (403, flat("Model access denied.", "Model.AccessDenied")),
    (400, error("The model `x` has been decommissioned and is no longer supported.")),
    (400, flat("Model does not exist. Please check it carefully.", 20012, data=None)),
    (400, error("无效的模型名称: x")),
    (400, error("You do not have access to model x")),
    (429, error("当前订阅套餐暂未开放 kimi-k2 权限", "1311", "ModelNotOpen")),
    (500, error("没有可用的渠道")),
    (200, json.dumps({"choices": [], "code": "model_not_found", "message": "x"})),
]
NO_PATH: list[Row] = [
    (404, "<html><head><title>404 Not Found</title></head><body>nginx</body></html>"),
    (404, "404 page not found"),
    (404, ""),
    (404, "Cannot POST /v1/chat/completions"),
    (404, error("Invalid URL (POST /v1/chat/completions)", "unknown_url")),
    (404, error("Unknown request URL: GET /v1/models. Please check the URL for typos", "unknown_url")),
    (404, json.dumps({"detail": "Not Found"})),
    (404, json.dumps({"status": 404, "error": "Not Found", "path": "/api/v1/models"})),
    (404, json.dumps({"status": 404, "error": "Not Found", "message": "No static resource v1/models."})),
]
BUSY: list[Row] = [
    (429, error("Too many tokens, please wait before trying again.")),
    (400, error("Too many tokens, please wait before trying again.")),
    (503, error("Too many tokens, please wait before trying again.")),
    (200, json.dumps({"message": "Too many tokens, please wait before trying again."})),
    (429, error("Too many tokens per day, please wait before trying again.", "ThrottlingException")),
    (429, error("Allocated quota exceeded, please increase your quota limit.", "Throttling.AllocationQuota")),
    (429, error("Resource has been exhausted (e.g. check quota).", 429, None, status="RESOURCE_EXHAUSTED")),
    (
        429,
        error("You exceeded your current quota, please check your plan and billing details. Please retry in 34.07s."),
    ),
    (503, error("Model service overloaded. Please try again later.")),
    (529, json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})),
    (429, error("The engine is currently overloaded, please try again later", None, "engine_overloaded_error")),
    (400, error("您当前使用该API的并发数过高,请降低并发", "1302")),
    (500, error("当前分组上游负载已饱和,请稍后再试", None, "new_api_error")),
    (429, json.dumps({"error_code": 336501, "error_msg": "no"})),
    (500, error("模型服务繁忙")),
    (400, error("The model is temporarily unavailable")),
    (400, error("Requests rate limit exceeded, please try again later.")),
    (200, json.dumps({"choices": None, "error": {"message": "slow down", "code": 429}})),
    (200, json.dumps({"base_resp": {"status_code": 1039, "status_msg": "token limit"}})),
]
NO_KEY: list[Row] = [
    (400, error("API key not valid. Please pass a valid API key.", 400, None, status="INVALID_ARGUMENT")),
    (400, f"[{error('API key not valid. Please pass a valid API key.', 400)}]"),
    (400, error('{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}', 400)),
    (400, error("no", 400, None, details=[{"reason": "API_KEY_INVALID", "domain": "googleapis.com"}])),
    (400, error("API key expired. Please renew the API key.")),
    (401, error("无效的令牌", None, "new_api_error")),
    (401, flat("Invalid API-key provided.", "InvalidApiKey")),
    (403, error("用户已被封禁")),
    (429, error("账户存违规行为,账号已被锁定", "1121")),
    (200, json.dumps({"base_resp": {"status_code": 1004, "status_msg": "login fail"}})),
]
NO_SYSTEM: list[Row] = [
    (400, error("System role not supported")),
    (500, error("System role not supported")),
    (
        400,
        error("Developer instruction is not enabled for models/gemma-3-27b-it", 400, None, status="INVALID_ARGUMENT"),
    ),
    (400, error("Unsupported value: 'messages[0].role' does not support 'system' with this model.")),
    (422, error("Template error: Conversation roles must alternate user/assistant/user/assistant/...")),
    (400, error('messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter')),
    (400, error("invalid role: system")),
    (400, error("Role must be one of user, assistant")),
    (400, error("该模型不支持 system 角色")),
    (400, error("不支持系统提示词")),
]
NEITHER: list[tuple[int, str, type[WanjieError]]] = [
    (500, "context deadline exceeded", ServerFaultError),
    (502, error('Post "https://x/v1/chat/completions": context deadline exceeded'), ServerFaultError),
    (500, error("Unexpected message: max retries exceeded with url"), ServerFaultError),
    (500, error("do request failed", None, "upstream_error"), ServerFaultError),
    (422, json.dumps({"detail": [{"msg": "Input should be less than or equal to 2"}]}), BadRequestError),
    (
        422,
        json.dumps({"detail": [{"loc": ["body", "max_tokens"], "msg": "Input should be less than or equal to 8192"}]}),
        BadRequestError,
    ),
    (422, error("max_tokens: Input should be less than or equal to 8192"), BadRequestError),
    (400, error("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"), BadRequestError),
    (400, error("max_tokens is too large: 99999. This model supports at most 4096 completion tokens"), BadRequestError),
    (422, json.dumps({"detail": [{"msg": "Input should be greater than or equal to 0"}]}), BadRequestError),
    (404, error("No endpoints found that support image input"), BadRequestError),
    (200, json.dumps({"code": 500, "msg": "系统异常"}), ServerFaultError),
    (200, json.dumps({"success": False, "message": "nope"}), ServerFaultError),
]
KINDS: dict[type[WanjieError], list[Row]] = {
    RefusedContentError: REFUSED,
    ContextTooLongError: TOO_LONG,
    QuotaExhaustedError: EMPTY,
    ModelNotFoundError: NO_MODEL,
    UnreadableAnswerError: NO_PATH,
    TooManyRequestsError: BUSY,
    KeyRejectedError: NO_KEY,
    SystemRoleError: NO_SYSTEM,
}
ROWS = [(status, body, kind) for kind, rows in KINDS.items() for status, body in rows]


@pytest.mark.parametrize(("status", "body", "kind"), ROWS + NEITHER)
def test_known_wordings_of_gateways_are_understood(status: int, body: str, kind: type[WanjieError]) -> None:
    assert type(error_from_response(status, {}, body)) is kind
