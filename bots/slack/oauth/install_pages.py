"""The pages with which an admin of a workspace installs the app: to Slack, and back."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownArgumentType=false
# slack_bolt leaves its requests and most return values untyped.

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

import structlog
from aiohttp import web
from slack_bolt import BoltResponse
from slack_bolt.oauth.async_callback_options import AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest

from bots.client_address import find_client_address
from bots.http_port import Routes
from core.chat.text.translations import Translations
from core.error_words import keep_error_words
from core.http_sessions import NETWORK_ERRORS
from core.redis import STORE_ERRORS, RateLimit, RateLimiter

_log = structlog.get_logger()
INSTALL_PATH = "/slack/install"
_BEGINNINGS = RateLimit("slack installations", 600, 60.0, fair=True)
"""Everybody may begin an installation, and each is stored for ten minutes. Shared fairly by addresses."""
_ENDS = RateLimit("slack installed", 120, 60.0, fair=True)
"""Of an end with a good state, Slack is asked."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_DENIED = "access_denied"

Step = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


class InstallPages:
    """Bolt's flow behind two addresses; whatever fails, the browser gets a sentence, and the log the reason."""

    def __init__(self, flow: AsyncOAuthFlow, limiter: RateLimiter, translations: Translations) -> None:
        self._flow = flow
        self._limiter = limiter
        self._translations = translations
        flow.success_handler, flow.failure_handler = self._report_success, self._report_failure

    def list_routes(self) -> Routes:
        """Return the handlers of both addresses."""
        return {("GET", INSTALL_PATH): self._begin, ("GET", self._flow.redirect_uri_path): self._finish}

    async def _begin(self, request: web.BaseRequest) -> web.Response:
        """Send the browser to Slack, with a state that only this browser can bring back."""
        if request.method == "HEAD":  # a preview is no beginning
            return web.Response()
        return await self._run(self._flow.handle_installation, request, _BEGINNINGS)

    async def _finish(self, request: web.BaseRequest) -> web.Response:
        """Exchange the code with which Slack has sent the browser back."""
        if request.method == "HEAD":
            return web.Response()
        return await self._run(self._flow.handle_callback, request, _ENDS)

    async def _run(self, step: Step, request: web.BaseRequest, limit: RateLimit) -> web.Response:
        try:
            if await self._limiter.acquire(limit, person=_find_address(request)) > 0:
                return self._page(request, "install.busy", HTTPStatus.TOO_MANY_REQUESTS)
            asked = AsyncBoltRequest(body="", query=request.query_string, headers=_list_headers(request))
            return _to_response(await step(asked))
        except (*NETWORK_ERRORS, *STORE_ERRORS) as error:
            _log.warning("a workspace could not be installed", error=error)
            return self._page(request, "install.unavailable", HTTPStatus.SERVICE_UNAVAILABLE)

    async def _report_success(self, done: AsyncSuccessArgs) -> BoltResponse:
        installed = done.installation
        if not installed.bot_token or not (installed.team_id or installed.enterprise_id):
            return self._report_unreadable(done.request)
        place = installed.team_name or installed.enterprise_name or ""
        _log.info("the Slack app was installed", workspace=installed.team_id or installed.enterprise_id)
        return _to_page(self._say(done.request, "install.done", place=place), HTTPStatus.OK)

    def _report_unreadable(self, request: AsyncBoltRequest) -> BoltResponse:
        """Report that Slack's answer does not say what was installed where; nothing was stored."""
        _log.warning("a workspace could not be installed", reason="Slack names no workspace or no token")
        return _to_page(self._say(request, "install.failed", path=INSTALL_PATH), HTTPStatus.BAD_GATEWAY)

    async def _report_failure(self, failed: AsyncFailureArgs) -> BoltResponse:
        if failed.reason == _DENIED:
            return _to_page(self._say(failed.request, "install.denied"), HTTPStatus.OK)
        _log.warning("a workspace could not be installed", reason=keep_error_words(failed.reason))
        status = max(failed.suggested_status_code, HTTPStatus.BAD_REQUEST)
        return _to_page(self._say(failed.request, "install.failed", path=INSTALL_PATH), status)

    def _say(self, request: AsyncBoltRequest, key: str, **values: object) -> str:
        languages = request.headers.get("accept-language") or [""]
        return self._translations.plain_text(key, languages[0].partition(",")[0], **values)

    def _page(self, request: web.BaseRequest, key: str, status: int) -> web.Response:
        language = request.headers.get("Accept-Language", "").partition(",")[0]
        return _to_response(_to_page(self._translations.plain_text(key, language), status))


def _find_address(request: web.BaseRequest) -> str:
    return find_client_address(request.remote or "", request.headers.getall("X-Forwarded-For", []))


def _list_headers(request: web.BaseRequest) -> dict[str, str | Sequence[str]]:
    """Return what the flow reads of a request, with every line of cookies."""
    headers: dict[str, str | Sequence[str]] = {"accept-language": request.headers.get("Accept-Language", "")}
    return headers | {"cookie": request.headers.getall("Cookie", [])}


def _to_page(sentence: str, status: int) -> BoltResponse:
    page = f'<!doctype html><meta charset="utf-8"><title>Wanjie</title><p>{html.escape(sentence)}</p>\n'
    return BoltResponse(status=int(status), body=page, headers={"Content-Type": "text/html; charset=utf-8"})


def _to_response(answer: BoltResponse) -> web.Response:
    response = web.Response(status=answer.status, body=answer.body.encode(), headers=_HEADERS)
    for name, values in answer.headers.items():
        for value in values:
            response.headers.add(name, value)
    return response
