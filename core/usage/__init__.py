"""What the key is used for: amounts, prices, limits, and the counts in Redis."""

from .calculate_cost import MILLION, PriceList
from .call_amounts import NOTHING, Amount, UsedAmount
from .counters import UsageCounters
from .limits_and_warnings import (
    WARNING_PERCENT,
    CountName,
    Limit,
    LimitKey,
    LimitReachedError,
    ModelNotAllowedError,
    PeriodName,
    ReachedLimit,
    Subject,
    TooManyQuestionsError,
    list_limits,
)
from .metered_client import MeteredClient
from .parse_limit_rules import (
    CHATS,
    EVERYBODY,
    find_subject,
    format_rule,
    list_limit_rules,
    name_limit_rule,
    parse_amount,
    select_limits,
)
from .payer import Payer
from .ratings import FeedbackCounters, ModelFeedback
from .report import UsageReport
from .token_estimates import estimate_tokens

__all__ = [
    "CHATS",
    "EVERYBODY",
    "MILLION",
    "NOTHING",
    "WARNING_PERCENT",
    "Amount",
    "CountName",
    "FeedbackCounters",
    "Limit",
    "LimitKey",
    "LimitReachedError",
    "MeteredClient",
    "ModelFeedback",
    "ModelNotAllowedError",
    "Payer",
    "PeriodName",
    "PriceList",
    "ReachedLimit",
    "Subject",
    "TooManyQuestionsError",
    "UsageCounters",
    "UsageReport",
    "UsedAmount",
    "estimate_tokens",
    "find_subject",
    "format_rule",
    "list_limit_rules",
    "list_limits",
    "name_limit_rule",
    "parse_amount",
    "select_limits",
]
