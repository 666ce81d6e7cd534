"""Who may use the bot: every role, in every kind of chat, in every mode."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from core.access import AccessMode, Decision, Role, Standing, decide
from core.access.decide_access import ChatState
from core.access.roles import list_changeable_roles

ALLOW, REFUSE, IGNORE = Decision.ALLOW, Decision.REFUSE, Decision.IGNORE
MODES: tuple[AccessMode, ...] = get_args(AccessMode)
CHATS: tuple[ChatState | None, ...] = (None, *get_args(ChatState))
STANDINGS: tuple[Standing, ...] = get_args(Standing)


@pytest.mark.parametrize(
    ("role", "chat", "standing", "decisions"),
    [  # in the modes pairing, allowlist, open
        (None, None, "outsider", (REFUSE, REFUSE, ALLOW)),
        (None, None, "insider", (ALLOW, REFUSE, ALLOW)),
        (None, None, "listed", (ALLOW, ALLOW, ALLOW)),
        (None, "allowed", "outsider", (ALLOW, ALLOW, ALLOW)),
        (None, "left", "outsider", (REFUSE, REFUSE, ALLOW)),
        (None, "refused", "outsider", (IGNORE, IGNORE, IGNORE)),
        (None, "refused", "insider", (IGNORE, IGNORE, IGNORE)),
        (None, "refused", "listed", (IGNORE, IGNORE, IGNORE)),
        ("member", None, "outsider", (ALLOW, ALLOW, ALLOW)),
        ("member", "refused", "outsider", (IGNORE, IGNORE, IGNORE)),
        ("admin", "refused", "outsider", (ALLOW, ALLOW, ALLOW)),
        ("owner", "refused", "outsider", (ALLOW, ALLOW, ALLOW)),
        ("blocked", None, "listed", (IGNORE, IGNORE, IGNORE)),
        ("blocked", "allowed", "insider", (IGNORE, IGNORE, IGNORE)),
    ],
)
def test_a_decision_by_role_chat_and_standing(
    role: Role | None, chat: ChatState | None, standing: Standing, decisions: tuple[Decision, ...]
) -> None:
    assert tuple(decide(mode, role=role, chat=chat, standing=standing) for mode in MODES) == decisions


@pytest.mark.parametrize(("mode", "chat", "standing"), list(product(MODES, CHATS, STANDINGS)))
def test_the_blocked_are_never_answered_and_admins_always(
    mode: AccessMode, chat: ChatState | None, standing: Standing
) -> None:
    assert decide(mode, role="blocked", chat=chat, standing=standing) is IGNORE
    assert decide(mode, role="admin", chat=chat, standing=standing) is ALLOW
    assert decide(mode, role="owner", chat=chat, standing=standing) is ALLOW


@pytest.mark.parametrize(
    ("actor", "new", "changeable"),
    [
        ("owner", "admin", ("none", "member", "blocked", "admin")),
        ("owner", None, ("none", "member", "blocked", "admin")),
        ("owner", "owner", ()),
        ("admin", "member", ("none", "member", "blocked")),
        ("admin", "blocked", ("none", "member", "blocked")),
        ("admin", None, ("none", "member", "blocked")),
        ("admin", "admin", ()),
        ("admin", "owner", ()),
        ("member", "member", ()),
        ("blocked", None, ()),
        (None, "member", ()),
    ],
)
def test_who_may_change_whom(actor: Role | None, new: Role | None, changeable: tuple[str, ...]) -> None:
    assert list_changeable_roles(actor, new) == changeable
