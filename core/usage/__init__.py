"""What the key is used for: amounts, prices, limits, and the counts in Redis."""

from .amount import NOTHING, Amount
from .cost import MILLION, PriceList
from .counters import UsageCounters, UsedAmount
from .limits import (
    Limit,
    LimitReachedError,
    ModelNotAllowedError,
    PeriodName,
    ReachedLimit,
    Subject,
    TooManyQuestionsError,
    list_limits,
)
from .metered_client import MeteredClient
from .payer import Payer
from .token_estimate import estimate_tokens

__all__ = [
    "MILLION",
    "NOTHING",
    "Amount",
    "Limit",
    "LimitReachedError",
    "MeteredClient",
    "ModelNotAllowedError",
    "Payer",
    "PeriodName",
    "PriceList",
    "ReachedLimit",
    "Subject",
    "TooManyQuestionsError",
    "UsageCounters",
    "UsedAmount",
    "estimate_tokens",
    "list_limits",
]
