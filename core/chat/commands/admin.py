"""`/admin`: the admins of this service see and decide who may use it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from core.access import AccessRegister, PersonRecord, Role
from core.chat.actions.ask_admins_about_strangers import ALLOW, REFUSE, AccessRequests
from core.chat.delivery.event_context import EventContext
from core.chat.port.menus import Menu

_ROLE_LABELS: Mapping[Role, str] = {
    "owner": "admin.role_owner",
    "admin": "admin.role_admin",
    "member": "admin.role_member",
    "blocked": "admin.role_blocked",
}
_STATE_LABELS = {"allowed": "admin.state_allowed", "refused": "admin.state_refused", "left": "admin.state_left"}
_ACTION_LABELS = {
    "claimed": "admin.did_claim",
    "admin": "admin.did_promote",
    "member": "admin.did_allow",
    "blocked": "admin.did_block",
    "removed": "admin.did_remove",
    "allowed": "admin.did_allow",
    "refused": "admin.did_refuse",
    "left": "admin.did_leave",
    "moved": "admin.did_move",
    "rule": "admin.did_rule",
    "owner": "admin.did_hand_over",
}
_NEW_ROLES: Mapping[str, Role | None] = {
    "allow": "member",
    "block": "blocked",
    "remove": None,
    "promote": "admin",
    "demote": "member",
}
_CHINESE_VERBS: Mapping[str, str] = {
    **dict.fromkeys(("人", "人员", "用户"), "people"),
    **dict.fromkeys(("群", "群组"), "groups"),
    **dict.fromkeys(("请求", "申请"), "requests"),
    **dict.fromkeys(("记录", "日志"), "audit"),
    "模型": "models",
    "限额": "limits",
    **dict.fromkeys(("公告", "通知"), "announce"),
    "允许": "allow",
    "屏蔽": "block",
    **dict.fromkeys(("移除", "删除"), "remove"),
    "任命": "promote",
    "撤任": "demote",
    "移交": "owner",
}
_MAX_LISTED, _MAX_REQUESTS = 50, 10


class AdminCommand:
    """Shows people, groups, requests and changes, and makes changes."""

    def __init__(
        self,
        register: AccessRegister,
        requests: AccessRequests,
        subjects: Mapping[str, Callable[[EventContext, Sequence[str]], Awaitable[None]]],
        buttons: Mapping[str, Callable[[EventContext, str], Awaitable[None]]],
    ) -> None:
        """`subjects` are further things to see and change, by their words; each gets the words behind its own.

        `buttons` are what theirs do, by the first word of a button's value; each gets the rest.
        """
        self._register = register
        self._requests = requests
        self._subjects = subjects
        self._buttons = buttons
        self._views: Mapping[str, Callable[[EventContext], Awaitable[None]]] = {
            "people": self._show_people,
            "groups": self._show_groups,
            "requests": self._show_requests,
            "audit": self._show_audit,
        }

    async def run(self, context: EventContext) -> None:
        """Show an overview, or what the words ask for; for admins, in private."""
        word, _, name = context.half_width_argument.lower().partition(" ")
        verb = _CHINESE_VERBS.get(word, word)
        if not context.is_service_admin:
            await context.reply("admin.only")
        elif not context.incoming.direct:
            await context.reply("admin.direct")
        elif verb in self._views:
            await self._views[verb](context)
        elif verb in self._subjects:
            await self._subjects[verb](context, context.half_width_argument.split()[1:])
        elif verb in _NEW_ROLES and name.strip():
            await self._change(context, verb, context.half_width_argument.partition(" ")[2].strip())
        else:
            await self._show_overview(context)

    async def on_select(self, context: EventContext, value: str) -> None:
        """Decide about a request; the first admin who presses decides. Other buttons have their verb in front."""
        verb, _, subject = value.partition(" ")
        if context.is_service_admin and verb in self._buttons:
            return await self._buttons[verb](context, subject)
        if not context.is_service_admin or verb not in {ALLOW, REFUSE}:
            return await context.notify_presser("admin.only")
        request = await self._requests.decide(context, subject, allow=verb == ALLOW)
        if request is None:
            return await context.notify_presser("admin.decided")
        key = "admin.was_allowed" if verb == ALLOW else "admin.was_refused"
        name = request.name or request.person
        return await context.show_menu(Menu("admin", context.translate(key, name=name, id=subject[2:]), ()))

    async def _show_overview(self, context: EventContext) -> None:
        people, groups = await self._register.list_people(), await self._register.list_chats()
        waiting = await self._register.requests.list()
        await context.reply("admin.overview", people=len(people), groups=len(groups), requests=len(waiting))

    async def _show_people(self, context: EventContext) -> None:
        people = sorted((await self._register.list_people()).items())[:_MAX_LISTED]
        lines = [
            context.translate(
                "admin.entry", name=each.name or name, id=name, state=context.translate(_ROLE_LABELS[each.state])
            )
            for name, each in people
        ]
        await context.reply_text("\n".join(lines))

    async def _show_groups(self, context: EventContext) -> None:
        groups = sorted((await self._register.list_chats()).items())[:_MAX_LISTED]
        lines = [
            context.translate(
                "admin.entry", name=each.name or name, id=name, state=context.translate(_STATE_LABELS[each.state])
            )
            for name, each in groups
        ]
        await (context.reply_text("\n".join(lines)) if lines else context.reply("admin.no_groups"))

    async def _show_requests(self, context: EventContext) -> None:
        waiting = list((await self._register.requests.list()).items())[:_MAX_REQUESTS]
        if not waiting:
            await context.reply("admin.no_requests")
        for subject, request in waiting:
            await self._requests.show_request(context.outbox, context.locale, subject, request)

    async def _show_audit(self, context: EventContext) -> None:
        """Show the newest changes, with when and by whom."""
        people = await self._register.list_people()
        lines: list[str] = []
        for entry in await self._register.list_audit(_MAX_LISTED):
            by = people[entry.by].name if entry.by in people else ""
            is_removed_rule = entry.action == "rule" and not entry.name
            label = _ACTION_LABELS.get("removed" if is_removed_rule else entry.action)
            lines.append(
                context.translate(
                    "admin.audit_entry",
                    time=f"{datetime.fromtimestamp(entry.at, UTC):%Y-%m-%d %H:%M}",
                    by=by or entry.by or "—",
                    action=context.translate(label) if label else entry.action,
                    name=entry.name or entry.subject,
                    id=entry.subject,
                )
            )
        await (context.reply_text("\n".join(lines)) if lines else context.reply("admin.no_changes"))

    async def _change(self, context: EventContext, verb: str, name: str) -> None:
        """Change a person's role, or whether a group is allowed; names are those that the lists show."""
        actor = context.incoming.access_person
        if name in await self._register.list_chats():
            state = "allowed" if verb == "allow" else "refused"
            if verb == "allow":
                await self._requests.stay(name)
            done = await self._register.set_chat(name, state, actor=actor)
        elif self._requests.is_person_name(name) or name in await self._register.list_people():
            role = _NEW_ROLES[verb]
            done = await self._register.set_role(name, role, actor=actor, record=PersonRecord(role or "member"))
        else:
            return await context.reply("admin.unknown", id=name)
        return await context.reply("admin.done" if done else "admin.unchanged")
