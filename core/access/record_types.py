"""What is stored about people, groups and requests."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, TypeVar, cast

from .decide_access import ChatState
from .roles import ADMIN_ROLES, Role

_Record = TypeVar("_Record", "PersonRecord", "ChatRecord", "AccessRequest")


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person with a role."""

    state: Role
    name: str = ""
    chat: str = ""
    """Their private conversation with the bot, where it is known."""
    locale: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether they decide about others."""
        return self.state in ADMIN_ROLES


@dataclass(frozen=True, slots=True)
class ChatRecord:
    """A group about which something was decided."""

    state: ChatState
    name: str = ""


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A person or a group that would like to be answered."""

    chat: str
    """Where the answer to the request goes."""
    name: str = ""
    """The name of the person who asked."""
    person: str = ""
    """Who asked."""
    chat_name: str = ""
    """The name of the group."""
    locale: str = ""


def pack_record(record: PersonRecord | ChatRecord | AccessRequest) -> str:
    """Make the stored form of a record."""
    return json.dumps(asdict(record), ensure_ascii=False)


def unpack_record(stored: bytes | None, kind: type[_Record]) -> _Record | None:
    """Read a record that another version may have written; None when it is none."""
    try:
        fields = cast("dict[str, Any]", json.loads(stored or b""))
        known = {name: value for name, value in fields.items() if name in kind.__dataclass_fields__}
        return kind(**known)
    except (ValueError, TypeError, AttributeError):
        return None
