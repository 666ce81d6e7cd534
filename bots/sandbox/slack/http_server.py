"""The HTTP side of the Web API: token, limits, faults and the table of methods, then the method itself."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from .call import Args, Json, RefusalError
from .faults import Fault, Faults
from .methods.methods_and_rate_limits import METHODS, TOLERATED
from .rate_limiter import Limits, RateLimiter
from .scopes import GRANTED, check_scope, list_granted
from .tokens import Tokens
from .workspace_state import Workspace

Handler: TypeAlias = Callable[[Args], Json]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """A received call, its time (monotonic seconds), and the error of its answer."""

    at: float
    method: str
    args: Json
    error: str | None


class WebApi:
    """Answers `/api/<method>`; every call is kept in *calls*."""

    def __init__(self, workspace: Workspace, tokens: Tokens, limits: Limits) -> None:
        self.calls: list[Call] = []
        self.faults = Faults()
        self.scopes = workspace.scopes
        self.scopes.update(GRANTED)
        self.handlers: dict[str, Handler] = {}
        self.limiter = RateLimiter(limits, workspace.clock)
        self._workspace = workspace
        self._tokens = tokens

    def add(self, handlers: Mapping[str, Handler]) -> None:
        self.handlers.update(handlers)

    async def serve(self, request: web.Request, args: Args) -> web.StreamResponse:
        method = request.match_info["method"]
        await asyncio.sleep(self.faults.get_delay(method))
        fault = self.faults.take(method, args.values) or Fault()
        if fault.lose_request and request.transport is not None:
            request.transport.abort()
            return web.Response()  # it is not sent
        answer, status, headers = self._answer(method, args, fault)
        self.calls.append(Call(self._workspace.clock(), method, args.values, answer.get("error")))
        _log.debug("%s %s -> %s", method, args.values, answer)
        self._workspace.changed()
        if fault.lose_answer and request.transport is not None:
            request.transport.abort()
        if fault.status not in {200, 429}:
            return web.Response(
                status=status, text=f"<html><body>{fault.words}</body></html>", content_type="text/html"
            )
        if fault.cut:
            whole = json.dumps(answer)
            return web.Response(text=whole[: len(whole) * 2 // 3], content_type="application/json")
        return web.json_response({"ok": True} if fault.garble else answer, status=status, headers=headers)

    def _answer(self, method: str, args: Args, fault: Fault) -> tuple[Json, int, dict[str, str]]:
        if fault.error or fault.status != 200:  # noqa: PLR2004 -- OK
            wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return {"ok": False, "error": fault.error or "internal_error"}, fault.status, wait
        try:
            if method not in METHODS or method not in self.handlers:
                raise RefusalError("unknown_method")  # noqa: TRY301 -- one place turns refusals into answers
            self._check_token(method, args.token)
            if wait := self.limiter.take(method, args.text("channel")):
                return {"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(wait)}
            self._check_names(method, args)
            check_scope(method, args, self._workspace)
            granted = ",".join(sorted(list_granted(self._workspace)))
            return self.handlers[method](args), 200, {"X-OAuth-Scopes": granted}
        except RefusalError as refusal:
            return refusal.answer(), 200, {}

    def _check_token(self, method: str, token: str) -> None:
        """Refuse a token that is not good for the method."""
        if METHODS[method].needs_token:
            self._tokens.check(token, app_wanted=METHODS[method].app_token)

    def _check_names(self, method: str, args: Args) -> None:
        """Refuse a missing argument and note an unknown one (Slack ignores those)."""
        known = METHODS[method]
        unknown = args.values.keys() - known.required - known.optional - TOLERATED
        for name in sorted(unknown):
            self._workspace.violation(f"{method}: unknown argument {name}")
        missing = [name for name in sorted(known.required) if not args.has(name)]
        if missing:
            faults = [f"missing required field: {name}" for name in missing]
            raise RefusalError("invalid_arguments", *faults)
