"""What people are to this service, and who may change that; pure."""

from __future__ import annotations

from typing import Literal, TypeAlias

Role: TypeAlias = Literal["owner", "admin", "member", "blocked"]
"""What a person is to this service; a platform's own admins are none of ours."""

ADMIN_ROLES: frozenset[Role] = frozenset({"owner", "admin"})


def list_changeable_roles(actor: Role | None, new: Role | None) -> tuple[str, ...]:
    """List the present roles (`none` for no role) that the actor may change into `new`.

    The owner decides about admins, admins about everybody else; nobody makes or removes an owner.
    """
    if new == "owner" or actor not in ADMIN_ROLES:
        return ()
    if actor == "owner":
        return "none", "member", "blocked", "admin"
    return () if new == "admin" else ("none", "member", "blocked")
