"""Classify failures by the wording of gateways and models: in codes, and in sentences of two languages.

Collected from the error pages and issue trackers of models and gateways; the Open API documents none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TypeAlias

from core.wanjie.errors import (
    ContextTooLongError,
    KeyRejectedError,
    ModelNotFoundError,
    QuotaExhaustedError,
    RefusedContentError,
    SystemRoleError,
    TooManyRequestsError,
    UnsupportedVoiceError,
    WanjieError,
)

ErrorKind: TypeAlias = type[WanjieError]


def _any_of(*patterns: str) -> str:
    return "|".join(patterns)


def _near(one: str, other: str, most: int = 60) -> str:
    """Match both, in either order, with at most `most` characters between them."""
    return f"(?:{one}).{{0,{most}}}(?:{other})|(?:{other}).{{0,{most}}}(?:{one})"


# For codes and types, in lower case without separators. Codes without a meaning (`invalid_request_error`) are left out.
_CODES: tuple[tuple[ErrorKind, str], ...] = (
    (
        QuotaExhaustedError,
        _any_of(
            "insufficient(user|account)?(quota|balance|credit|fund)",
            "balance(is)?insufficient",
            "(notenough|no)(balance|credit)",
            "arrear|overdue|billing|paymentrequired",
            "exceededcurrentquota|consumetokenquota|budgetexceeded|freetieronly|usagelimit",
            "(quota|credits?)exhausted",
        ),
    ),
    (
        TooManyRequestsError,
        _any_of(
            "ratelimit|toomanyrequests|throttl|overload|concurren|serverbusy",
            "limitrequests|limitburst|requestlimit",
        ),
    ),
    (
        ContextTooLongError,
        _any_of(
            "context(length|window|size)|string(abovemaxlength|toolong)",
            "(prompt|input|context|request|tokens?|characters?|messages?|payload|entity)too(long|large)",
        ),
    ),
    (UnsupportedVoiceError, "(invalid|unsupported|unknown)voice|voicenot"),
    (
        RefusedContentError,
        _any_of(
            "content(filter|policy|moderation|safety|risk|violation|blocked)",
            "moderation|datainspection|responsibleai|sensitive|riskdetect|safety|unsafe|nsfw|infring",
            "prohibitedcontent|policyviolation|usagepolicy|promptblocked",
        ),
    ),
    (
        ModelNotFoundError,
        _any_of(
            "model(doesnot|not)(found|exist|open|available|support|allow|enable)",
            "model(accessdenied|decommission|deprecat|price)",
            "(unknown|unsupported|nosuch)model(id|name|error)?$",
            "endpointormodel|deploymentnotfound",
        ),
    ),
    (
        KeyRejectedError,
        _any_of(
            "(invalid|incorrect|missing|expired|no)api?key|apikey(invalid|expired|missing)|invalid(key|token)",
            "noauth(error)?|invalidauthentication|authentication(error|fail)|autherror|failedtoauth|tokenexpired|accountdeactivated",
        ),
    ),
)

_LARGER_THAN_RATE_LIMIT = "request too large for"
_VOICE = r"(?<![\w-])voice(?![\w-])"
_SYSTEM_ROLE = _any_of(
    r"(system|developer)['\"`]?.{0,3}(role|message|prompt|instruction)",
    r"roles?\b.{0,12}['\"`](system|developer)|role:? (system|developer)\b|['\"`](system|developer)['\"`]",
    "(system|系统) ?(角色|提示|消息)",
)
_INPUT_WORDS = _any_of(
    "(?<![a-z])(context(?! (deadline|cancel))|prompts?|inputs?|messages?|tokens?|conversation|content|text|payload)",
    "request (body|size)|请求体|上下文|提示词|输入|内容|消息|对话|文本|长度",
)
_TOO_LONG_WORDS = _any_of(
    "too (long|large|big)|(longer|larger) than|over the (limit|maximum)|reduce the length",
    "(?<!retries )(?<!attempts )(?<!deadline )(?<!timeout )(?<!time limit )exceed",
    "maximum (context|prompt|input|length|allowed|number of tokens)",
    "max.{0,3}(seq|context|input|prompt|model.?len)",
    "超长|过长|过大|太长|超过|超出|超限",
)
_KEY_WORDS = _any_of(
    "api.?key|(access|auth|bearer|jwt|user|api).?token|credentials?|authentication",
    "令牌|密钥|身份验证|鉴权",
)
_INVALID_WORDS = _any_of(
    "invalid|incorrect|missing|expired|not valid|wrong|revoked|disabled|required|fail|no such",
    "无效|错误|过期|不正确|禁用|未提供|不可用|失败|非法|不存在",
)

# The first match wins. A kind is listed twice if its most certain words must be tried before those of other kinds.
_SENTENCES: tuple[tuple[ErrorKind, str], ...] = (
    (ContextTooLongError, _LARGER_THAN_RATE_LIMIT),
    (
        TooManyRequestsError,
        _any_of(
            _near("rate.?limit|请求数", "reach|exceed|hit|trigger|too|超|达到"),
            "too many requests|throttl|please wait|wait (before|and)|retry(ing)? (in|after)|retry.?delay",
            "status code:? 429",
            r"per (second|minute|hour|day)|\b[rt]p[md]\b|\bqps\b|resource has been exhausted",
            "限流|频繁|频率|每(秒|分钟)|并发",
        ),
    ),
    (
        QuotaExhaustedError,
        _any_of(
            _near(
                "balance|credits?|quota|funds|余额|额度|配额|资源包|套餐|积分",
                "insufficient|not enough|exhaust|used up|deplet|r[ua]n out|too low|negative|no (more|remaining)"
                "|不足|不够|用尽|耗尽|用完|超出|超过|到期",
            ),
            r"out of [\w ]{0,20}(quota|credits?)\b",
            "billing|arrear|overdue|payment required|good standing|top.?up|recharge|can only afford|more credits",
            "exceeded your current|budget.{0,20}exceed|((week|month)ly|usage|spending).{0,10}limit",
            "free.{0,20}(quota|tier).{0,20}(exceed|exhaust|used)",
            "欠费|余额|充值|预扣费|每[周月].{0,8}(上限|限额)",
        ),
    ),
    (
        UnsupportedVoiceError,
        _any_of(
            r"(invalid|unsupported|unknown|unrecogni[sz]ed|no such).?voice(?![\w-])",
            rf"{_VOICE}.{{0,60}}(invalid|unsupported|unknown|not.(found|exist|support|available|valid))",
            "(音色|发音人).{0,60}(不存在|不支持|未找到|无效|错误)|(不支持|无效|未知).{0,20}(音色|发音人)",
        ),
    ),
    (
        KeyRejectedError,
        _near(
            "账户|账号|用户|account|organization",
            "锁定|封禁|冻结|locked|suspended|deactivated|banned|terminated",
            30,
        ),
    ),
    (
        RefusedContentError,
        _any_of(
            "content.?(filter|policy|risk|safety|management|moderation)|content.{0,12}risk|high.?risk",
            "moderation|flagged|data.?inspection|inappropriate|nsfw|(?<!case.)sensitive|unsafe|harmful|prohibited",
            "safety (system|filter|polic|setting|reason)|responsible.?ai|infring|blocked (by|due|for|because)",
            _near("polic(y|ies)|terms|guidelines", "violat"),
            "敏感|违规|违反|不合规|违禁|违法|审核|不安全|安全策略|内容安全|侵权|(内容|输入|文本|图片).{0,10}风险",
        ),
    ),
    (
        SystemRoleError,
        _any_of(
            _near(
                _SYSTEM_ROLE,
                "not? (be )?(support|enabled|allow|accept|valid|permit)|unsupported|unexpected|invalid"
                "|does ?n.t support|no longer|不支持|不允许|不能|无效|非法",
            ),
            r"roles must alternate|role.{0,20}must be (user|one of user|in \[?.?user)|first message.{0,30}\buser\b",
            "(首|第一)条.{0,20}user",
        ),
    ),
    (
        ContextTooLongError,
        _any_of(
            _near(_INPUT_WORDS, _TOO_LONG_WORDS),
            r"tokens?\b.{0,60}(less than|greater than|more than|<=)|max.tokens must be at least",
            r"range of input length|max(imum)? (input|prompt)|string too long|at most \d+ (characters|tokens)",
            "(file|data) size (is too large|exceeds)",
            "audio.{0,60}(too (long|large)|longer than|exceed)|(音频|录音|文件).{0,20}(过长|过大|超)",
        ),
    ),
    (
        ModelNotFoundError,
        _any_of(
            "model.?not.?(found|exist|support|open)|no such model|no available channels?",
            r"(unknown|invalid|unsupported|no such) model(?=\s*([:'\"`]|name|id\b|$))",
            "(model|deployment).{0,80}(do(es)? ?n.t exist|does not exist|not found|no access|not activated)",
            r"model\s+(is )?disabled",
            "(model|deployment).{0,80}(no longer (available|supported)|is not (a valid|supported$))",
            "(model|deployment).{0,80}has been (deprecated|decommissioned|retired|removed|shut)",
            "not (a valid|found the|activated the) model|no endpoints found for|no permission.{0,20}model",
            "supported.{0,12}model names? (are|is)|access to( the| this)? model|model.{0,60}not available (in|for|to)",
            r"model\s+(['\"`]?[\w./:-]+['\"`]?\s+)?(is )?(not authori[sz]ed|unauthori[sz]ed|not allowed for)",
            "模型.{0,80}(不存在|未找到|找不到|未授权|无权|未开通|未开放|下线|停用|弃用|未配置|未启用)",
            "(无效|未知|非法)的?模型(?!参数|输出)|模型名称?(错误|无效)|套餐.{0,6}未开放",
            "(无权|没有权限|不存在|未开通|找不到|未找到).{0,8}模型|不支持(的|该|此)?模型",
            "可用渠道不存在|(无|没有)可用的?渠道",
        ),
    ),
    (
        KeyRejectedError,
        _any_of(_near(_KEY_WORDS, _INVALID_WORDS), "unauthori[sz]ed|unauthenticated|密钥|token (非法|已过期|无效)"),
    ),
    (
        TooManyRequestsError,
        _any_of(
            "overload|too busy|(server|engine|service|model).{0,12}busy",
            "at capacity|capacity exceeded|high (demand|traffic)|temporarily unavailable",
            "繁忙|过载|暂时?不可用|负载|饱和|访问量过大|流量限制|请求过多|稍[后候].{0,6}[再重]?试|上限|限额",
        ),
    ),
)

_BY_CODE = tuple((kind, re.compile(pattern)) for kind, pattern in _CODES)
_BY_SENTENCE = tuple((kind, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for kind, pattern in _SENTENCES)
_SEPARATORS = re.compile(r"[^a-z0-9]")

_OUTPUT_LIMIT = "max_(?:completion_|output_|new_)?tokens"
_ABOUT_OUTPUT_LIMIT = re.compile(
    _any_of(
        rf"{_OUTPUT_LIMIT}\W{{0,8}}(is too (large|big|high)|value\b|should be|exceeds|msg\b|input should)",
        rf"(invalid|range of)\W{{0,4}}{_OUTPUT_LIMIT}",
    ),
    re.IGNORECASE,
)
"""The parameter for the length of the answer is out of its range, however short the question is."""

_PATH_WORDS = re.compile(
    _any_of(
        "(invalid|unknown|unsupported).{0,10}(url|path|route|uri)|cannot (get|post)|no (static resource|handler|route)",
        r"page not found|(url|path|route|接口|路径|地址).{0,20}(not found|不存在|错误)|(?<![\w.])/v\d+/",
    ),
    re.IGNORECASE,
)
_MODEL_WORDS = re.compile(
    _any_of(
        r"model|deployment|endpoints found for|endpoint\b.{0,40}(not|n.t\b)|模型",
        "未授权|无权|权限|not authori[sz]ed|permission",
    ),
    re.IGNORECASE,
)


def classify_codes(codes: Iterable[str]) -> ErrorKind | None:
    """Return the kind of the first code that is known; None when none is."""
    bare = [_SEPARATORS.sub("", code.lower()) for code in codes]
    return next((kind for code in bare for kind, pattern in _BY_CODE if pattern.search(code)), None)


def classify_text(text: str, among: Collection[ErrorKind] | None = None) -> ErrorKind | None:
    """Return the kind of a sentence, only one of `among` when given; None when its wording is unknown."""
    excluded = ContextTooLongError if _ABOUT_OUTPUT_LIMIT.search(text) else None
    kinds = (
        (kind, pattern) for kind, pattern in _BY_SENTENCE if kind is not excluded and (among is None or kind in among)
    )
    return next((kind for kind, pattern in kinds if pattern.search(text)), None)


def is_larger_than_rate_limit(text: str) -> bool:
    """Whether the request is larger than a limit per minute, so that waiting does not help (OpenAI, Groq)."""
    return _LARGER_THAN_RATE_LIMIT in text.lower()


def is_about_model(text: str) -> bool:
    """Whether a "not found" is about a model and not about the path of the URL."""
    return _MODEL_WORDS.search(text) is not None and _PATH_WORDS.search(text) is None
