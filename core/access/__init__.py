"""Who may use the bot, and how the service knows its own buttons."""

from .admin_rules import AUDIENCES, NO_RULES, Audience, RuleChange, Rules, find_audience
from .audit_log import AuditEntry
from .claim_codes import ClaimResult, Claims
from .decide_access import AccessMode, Decision, Standing, decide
from .model_policy import (
    ALL_MODELS,
    ANY_MODEL,
    OFF_RULE,
    ModelPermissions,
    ModelPolicy,
    name_default_rule,
    name_models_rule,
)
from .record_types import AccessRequest, ChatRecord, PersonRecord
from .register_of_people_and_groups import AccessRegister, HandoverResult, Known
from .roles import ADMIN_ROLES, Role
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
