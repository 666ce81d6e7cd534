"""Who may use the bot, and how the service knows its own buttons."""

from .decision import ADMIN_ROLES, AccessMode, Decision, Role, Standing, decide
from .pairing_codes import ClaimResult, Claims
from .records import AccessRequest, ChatRecord, PersonRecord
from .register import AccessRegister, AuditEntry, Known
from .signing_key import KeyReader, SigningKey

__all__ = [
    "ADMIN_ROLES",
    "AccessMode",
    "AccessRegister",
    "AccessRequest",
    "AuditEntry",
    "ChatRecord",
    "ClaimResult",
    "Claims",
    "Decision",
    "KeyReader",
    "Known",
    "PersonRecord",
    "Role",
    "SigningKey",
    "Standing",
    "decide",
]
