"""Installing the app: what a person allows in the browser, `oauth.v2.access`, and removing it again.

Source: docs.slack.dev/authentication (installing with OAuth, using token rotation), and its method reference. Where the
pages say nothing of how an organisation's uninstall looks, its events name the organisation as the team.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from .app_state import AppState, Organisation
from .call import Args, Json, RefusalError
from .tokens import LIFETIME, Tokens
from .workspace_state import Workspace

_CODE_LIFETIME = 600.0


@dataclass(slots=True)
class _Code:
    owner: Workspace | Organisation
    installer: str
    scopes: str
    redirect_uri: str
    expires: float
    used: bool = False


class OAuth:
    """Installs the app in workspaces and organisations; *rotates_tokens* and *redirect_urls* are those of the app."""

    def __init__(self, app: AppState, tokens: Tokens, clock: Callable[[], float]) -> None:
        self.client_id, self.client_secret = "1001.2002", "c0ffee5ec3e7" * 2 + "deadbeef"
        self.redirect_urls = ["https://bots.example/slack/oauth_redirect"]
        self.rotates_tokens = False
        self.token_lifetime = LIFETIME
        """Seconds for which a token is valid that is rotated."""
        self._app = app
        self._tokens = tokens
        self._clock = clock
        self._codes: dict[str, _Code] = {}

    def allow(self, address: str, owner: Workspace | Organisation, installer: str) -> str:
        """Click *Allow* at an address of `/oauth/v2/authorize`; return where the browser is sent.

        Raises RefusalError when Slack would show an error instead.
        """
        asked = self._read_address(address)
        code = f"{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        redirect = asked.get("redirect_uri") or self.redirect_urls[0]
        self._codes[code] = _Code(
            owner, installer, asked["scope"], asked.get("redirect_uri", ""), self._clock() + _CODE_LIFETIME
        )
        return f"{redirect}?{urlencode({'code': code, 'state': asked.get('state', '')})}"

    def deny(self, address: str) -> str:
        """Click *Cancel*; return where the browser is sent."""
        asked = self._read_address(address)
        redirect = asked.get("redirect_uri") or self.redirect_urls[0]
        return f"{redirect}?{urlencode({'error': 'access_denied', 'state': asked.get('state', '')})}"

    def access(self, args: Args) -> Json:
        """Answer `oauth.v2.access`: a code, once, or a refresh token, once, for a bot token."""
        self.check_client(args)
        if args.text("grant_type") == "refresh_token":
            owner, issued = self._tokens.refresh(args.text("refresh_token"), self.token_lifetime)
            return self._describe(owner) | issued
        if args.text("grant_type") not in {"", "authorization_code"}:
            raise RefusalError("invalid_grant_type")
        code = self._take_code(args)
        issued = self._tokens.issue(code.owner, self.token_lifetime if self.rotates_tokens else None)
        install(code.owner, code.scopes)
        self._app.changed()
        return self._describe(code.owner) | {"authed_user": {"id": code.installer}, "scope": code.scopes} | issued

    def check_client(self, args: Args) -> None:
        """Refuse credentials that are not the app's."""
        if args.text("client_id") != self.client_id:
            raise RefusalError("invalid_client_id")
        if not hmac.compare_digest(args.text("client_secret"), self.client_secret):
            raise RefusalError("bad_client_secret")

    def _read_address(self, address: str) -> dict[str, str]:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        if asked.get("client_id") != self.client_id:
            raise RefusalError("invalid_client_id")
        if asked.get("redirect_uri") and asked["redirect_uri"] not in self.redirect_urls:
            raise RefusalError("bad_redirect_uri")
        if not asked.get("scope"):
            raise RefusalError("no_scopes")
        return asked

    def _take_code(self, args: Args) -> _Code:
        code = self._codes.get(args.text("code"))
        if code is None or self._clock() >= code.expires:
            raise RefusalError("invalid_code")
        if code.used:
            raise RefusalError("code_already_used")
        if args.text("redirect_uri") != code.redirect_uri:
            raise RefusalError("bad_redirect_uri")
        code.used = True
        return code

    def _describe(self, owner: Workspace | Organisation) -> Json:
        answer: Json = {"ok": True, "app_id": self._app.app_id, "token_type": "bot", "bot_user_id": owner.bot.id}
        if isinstance(owner, Organisation):
            enterprise = {"id": owner.id, "name": owner.name}
            return answer | {"team": None, "enterprise": enterprise, "is_enterprise_install": True}
        organisation = owner.organisation
        enterprise = {"id": organisation.id, "name": organisation.name} if organisation else None
        team = {"id": owner.team_id, "name": owner.name}
        return answer | {"team": team, "enterprise": enterprise, "is_enterprise_install": False}


def install(owner: Workspace | Organisation, scopes: str) -> None:
    """Let the app be there."""
    owner.installed = True
    if isinstance(owner, Workspace):
        owner.scopes.clear()
        owner.scopes.update(scopes.split(","))


def describe_removal(app: AppState, owner: Workspace | Organisation, kind: str) -> Json:
    """Make the payload of an event that tells of an app (`app_uninstalled`) or a token that is gone."""
    event: Json = {"type": kind}
    event |= {"tokens": {"oauth": [], "bot": [owner.bot.id]}} if kind == "tokens_revoked" else {}
    if isinstance(owner, Organisation):
        team, authorization = owner.id, {"enterprise_id": owner.id, "team_id": None, "is_enterprise_install": True}
    else:
        team = owner.team_id
        authorization = {"enterprise_id": owner.enterprise_id, "team_id": team, "is_enterprise_install": False}
    payload: Json = {"type": "event_callback", "token": "deprecated", "team_id": team, "api_app_id": app.app_id}
    payload |= {"event": event, "event_id": app.new_id("Ev"), "event_time": int(time.time())}
    return payload | {"authorizations": [authorization | {"user_id": owner.bot.id, "is_bot": True}]}
