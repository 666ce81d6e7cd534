"""Who may use the bot, and how the service knows its own buttons."""

from .audit import AuditEntry
from .decision import AccessMode, Decision, Standing, decide
from .model_policy import (
    ALL_MODELS,
    ANY_MODEL,
    OFF_RULE,
    ModelPermissions,
    ModelPolicy,
    name_default_rule,
    name_models_rule,
)
from .pairing_codes import ClaimResult, Claims
from .records import AccessRequest, ChatRecord, PersonRecord
from .register import AccessRegister, HandoverResult, Known
from .roles import ADMIN_ROLES, Role
from .rules import AUDIENCES, NO_RULES, Audience, RuleChange, Rules, find_audience
from .signing_key import KeyReader, SigningKey

__all__ = [
    "ADMIN_ROLES",
    "ALL_MODELS",
    "ANY_MODEL",
    "AUDIENCES",
    "NO_RULES",
    "OFF_RULE",
    "AccessMode",
    "AccessRegister",
    "AccessRequest",
    "Audience",
    "AuditEntry",
    "ChatRecord",
    "ClaimResult",
    "Claims",
    "Decision",
    "HandoverResult",
    "KeyReader",
    "Known",
    "ModelPermissions",
    "ModelPolicy",
    "PersonRecord",
    "Role",
    "RuleChange",
    "Rules",
    "SigningKey",
    "Standing",
    "decide",
    "find_audience",
    "name_default_rule",
    "name_models_rule",
]
