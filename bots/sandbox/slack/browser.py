"""The browser of somebody who installs the app: it keeps cookies, and follows where it is sent."""

from http import HTTPStatus
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import aiohttp

from .app_state import Organisation
from .simulator import SlackSim
from .workspace_state import Workspace


class Browser:
    """Opens the app's public addresses; a proxy in front of them passes each request to the next backend."""

    def __init__(self, slack: SlackSim, **headers: str) -> None:
        """`headers` go with each request, those that a proxy adds among them."""
        self._slack = slack
        self._headers = headers
        self._cookies: dict[str, str] = {}

    async def begin(self) -> str:
        """Open the page that begins an installation; return the address at Slack to which it leads.

        Raises `LookupError` with what the page says when it leads nowhere.
        """
        status, location = await self.open("/slack/install")
        if status != HTTPStatus.FOUND:
            raise LookupError(location)
        return location

    async def install(self, owner: Workspace | Organisation, installer: str) -> tuple[int, str]:
        """Install the app, allowing it at Slack; return the status and the text of the last page."""
        return await self.open(self._slack.oauth.allow(await self.begin(), owner, installer))

    async def open(self, address: str) -> tuple[int, str]:
        """Open a page; return its status, and its text or the address to which it leads."""
        parts = urlsplit(address)
        url = f"{self._slack.http.next_backend()}{parts.path}{'?' if parts.query else ''}{parts.query}"
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies} | self._headers
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url, headers=headers, allow_redirects=False) as answer,
        ):
            for line in answer.headers.getall("Set-Cookie", []):
                self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return answer.status, answer.headers.get("Location") or await answer.text()
