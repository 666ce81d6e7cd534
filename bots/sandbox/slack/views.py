"""views.*: triggers that live 3 seconds, modals in stacks of up to 3, what is filled into them, and the Home tab."""

import secrets

from .blocks.inputs import initial_value
from .call import Args, Json, RefusalError
from .view_validation import check_view
from .workspace_state import Workspace

_MAX_STACK = 3
TROUBLE = "We had some trouble connecting. Try again?"
"""What a client says when a submission was not acknowledged, or with something that Slack does not take."""


class Views:
    """Open modals by view id, the newest last, and Home tabs by user id.

    `values` is what is filled into a modal (Slack: `state.values`); `errors` are shown under its inputs, by block id,
    and under "" at its end.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.modals: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.values: dict[str, dict[str, Json]] = {}
        self.errors: dict[str, dict[str, str]] = {}
        self._workspace = workspace
        self._triggers: dict[str, tuple[str, float, str]] = {}
        self._used: set[str] = set()

    def trigger(self, user: str, view_id: str = "") -> str:
        """Return a trigger id for a user's act, perhaps in a modal; it opens one modal within 3 seconds."""
        trigger = f"{secrets.randbelow(10**10)}.{secrets.token_hex(8)}"
        self._triggers[trigger] = (user, self._workspace.clock(), view_id)
        return trigger

    def top(self, user: str) -> Json | None:
        """Return the modal that a person sees."""
        return next((view for view in reversed(self.modals.values()) if view["user"] == user), None)

    def open(self, args: Args) -> Json:
        user, _ = self._find_trigger(args)
        view = self._read(args, "modal")
        self._used.add(args.text("trigger_id"))
        for older in [key for key, one in self.modals.items() if one["user"] == user]:
            self._forget(older)
        return self._show(view, user)

    def push(self, args: Args) -> Json:
        """Put a modal on top of the one in which the trigger was made."""
        user, below = self._find_trigger(args)
        if below not in self.modals:
            raise RefusalError("not_found")
        self._check_room(user)
        view = self._read(args, "modal")
        self._used.add(args.text("trigger_id"))
        return self._show(view, user)

    def update(self, args: Args) -> Json:
        external = args.text("external_id")
        named = (key for key, one in self.modals.items() if external and one.get("external_id") == external)
        view_id = args.text("view_id") or next(named, "")
        if view_id not in self.modals:
            raise RefusalError("not_found")
        self._check_hash(args, self.modals[view_id])
        return self._show(self._read(args, "modal"), self.modals[view_id]["user"], view_id)

    def publish(self, args: Args) -> Json:
        user = args.text("user_id")
        if user not in self._workspace.people:
            raise RefusalError("user_not_found")
        if not self._workspace.rules.home_tab:
            raise RefusalError("not_enabled")
        self._check_hash(args, self.homes.get(user, {}))
        view = self._read(args, "home") | {"id": self._workspace.new_id("V")}
        return self._store(self.homes, user, view)

    def close(self, view_id: str) -> None:
        """Close a modal; the one below it is shown again, if there is one."""
        self._forget(view_id)
        self._workspace.changed()

    def note_errors(self, view_id: str, errors: dict[str, str]) -> None:
        """Show errors under the inputs of a modal, those of a client's own too, in place of those before."""
        self.errors[view_id] = errors
        self._workspace.changed()

    def take_acknowledgement(self, view_id: str, reply: Json) -> None:
        """Do what the acknowledgement of a submission asks for; an empty one closes the modal."""
        if view_id not in self.modals:
            return
        try:
            self._respond(view_id, self.modals[view_id]["user"], reply)
        except RefusalError as refusal:
            self._workspace.violation(f"view_submission: {refusal.error} {refusal.messages}")
            self.note_errors(view_id, {"": TROUBLE})

    def _respond(self, view_id: str, user: str, reply: Json) -> None:
        action = reply.get("response_action")
        if action == "errors":
            self._check_errors(view_id, reply)
            self.note_errors(view_id, dict(reply["errors"]))
        elif action == "update":
            self._show(self._read(Args(reply), "modal"), user, view_id)
        elif action == "push":
            self._check_room(user)
            self._show(self._read(Args(reply), "modal"), user)
        elif action == "clear":
            for mine in [key for key, one in self.modals.items() if one["user"] == user]:
                self.close(mine)
        elif reply:
            raise RefusalError("invalid_response_action")
        else:
            self.close(view_id)

    def _check_errors(self, view_id: str, reply: Json) -> None:
        """Refuse errors that do not belong to inputs of the view: a client cannot show them."""
        inputs = {block.get("block_id") for block in self.modals[view_id]["blocks"] if block["type"] == "input"}
        errors = reply.get("errors")
        if not isinstance(errors, dict) or not errors or errors.keys() - inputs:
            raise RefusalError("invalid_errors")

    def _find_trigger(self, args: Args) -> tuple[str, str]:
        """Return whose trigger it is, and the modal in which it was made."""
        trigger = args.text("trigger_id")
        if trigger not in self._triggers:
            raise RefusalError("invalid_trigger_id")
        if trigger in self._used:
            raise RefusalError("exchanged_trigger_id")
        user, at, view_id = self._triggers[trigger]
        if self._workspace.clock() - at > self._workspace.rules.trigger_lifetime:
            raise RefusalError("expired_trigger_id")
        return user, view_id

    def _check_room(self, user: str) -> None:
        if sum(view["user"] == user for view in self.modals.values()) >= _MAX_STACK:
            raise RefusalError("push_limit_reached")

    def _read(self, args: Args, kind: str) -> Json:
        view = args.mapping("view", "invalid_arguments") or {}
        check_view(view, kind)
        return dict(view)

    def _check_hash(self, args: Args, view: Json) -> None:
        if args.has("hash") and args.text("hash") != view.get("hash"):
            raise RefusalError("hash_conflict")

    def _show(self, view: Json, user: str, view_id: str = "") -> Json:
        """Show a modal; what was filled into inputs of the same ids stays, if it takes the place of another one."""
        key = view_id or self._workspace.new_id("V")
        view["blocks"] = [{"block_id": f"b{number}"} | block for number, block in enumerate(view["blocks"])]
        before, self.values[key], self.errors[key] = self.values.get(key, {}), {}, {}
        for block in view["blocks"]:
            if block["type"] == "input":
                element = block["element"]
                action = element.setdefault("action_id", "a")
                kept = before.get(block["block_id"], {}).get(action)
                self.values[key][block["block_id"]] = {action: kept or initial_value(element)}
        return self._store(self.modals, key, view | {"id": key, "user": user})

    def _forget(self, view_id: str) -> None:
        for kept in (self.modals, self.values, self.errors):
            kept.pop(view_id, None)

    def _store(self, views: dict[str, Json], key: str, view: Json) -> Json:
        view |= {"hash": secrets.token_hex(6), "team_id": self._workspace.team_id, "app_id": self._workspace.app_id}
        view |= {"bot_id": self._workspace.bot_id, "state": {"values": {}}}
        views[key] = view
        self._workspace.changed()
        return {"ok": True, "view": view}
