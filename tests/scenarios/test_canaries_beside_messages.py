"""As `test_canaries.py`, for what is no message: forms, pages, lists, ratings, inline questions, installations."""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qs, urlsplit

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.browser import Browser
from bots.sandbox.slack.call import Json
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.slack.workspace_state import Workspace
from bots.sandbox.telegram.inline_mode import InlineQuery
from bots.sandbox.telegram.persona import TelegramPersona
from tests.bots.health import Health
from tests.scenarios.access_steps import claim
from tests.scenarios.button_steps import AGAIN, offers
from tests.scenarios.canary_steps import canary, find_canaries, read_health
from tests.scenarios.conversation_steps import says
from tests.scenarios.replica_steps import start_installed_replica

_CODE = "def count() -> None:\n" + "".join(f"    print({number} * 2)\n" for number in range(20))
"""Long enough to be offered as a file."""
_KEPT = {"type", "id", "team_id", "user_id", "channel_id", "view_id", "response_url"}
"""Of a payload: what decides how it is read, and ids, which the log may have."""


def stuff(payload: Json) -> Json:
    """Replace every text in a payload by a canary, but for `_KEPT`."""
    return {name: value if name in _KEPT else _stuff(value, name) for name, value in payload.items()}


def _stuff(value: object, name: str) -> object:
    if isinstance(value, dict):
        return stuff(cast("Json", value))
    if isinstance(value, list):
        return [_stuff(inner, name) for inner in cast("list[object]", value)]
    return canary(name.replace("_", "")) if isinstance(value, str) else value


def break_calls(harness: ServiceHarness) -> None:
    """Let the next calls of these paths fail, each call in another way."""
    slack, telegram = harness.slack.faults, harness.telegram.faults
    for method in ("views.open", "views.publish", "files.getUploadURLExternal"):
        slack.fail(method, canary("code"))
        slack.break_down(method, words=canary("page"))
    slack.cut("views.open")
    for method in ("answerInlineQuery", "answerGuestQuery", "sendDocument", "editMessageText"):
        telegram.fail(method, 400, f"Bad Request: {canary('description')}")
        telegram.bad_gateway(method, words=canary("page"))


async def use_forms(lin: SlackPersona, harness: ServiceHarness) -> None:
    """Open forms until one opens, and submit it as it was opened and in forged ways."""
    bob = harness.slack.user(canary("bob"))
    shared = await bob.say(lin.channel, canary("shared"))
    for _ in range(4):
        await lin.say("/imagine")
        await lin.user.shortcut(shared, "ask")
        await lin.user.shortcut(shared, canary("callback"))
    form = await lin.until(lambda: lin.form)
    assert form is not None
    modal = harness.slack.views.modals[form.id]
    genuine = modal["private_metadata"]
    field = {canary("action"): {"type": canary("kind"), "value": canary("filled")}}
    for metadata in (
        canary("metadata"),
        f'{{"chat": "sl:T1:{canary("chat")}", "event": "{canary("event")}"}}',
        genuine,
    ):
        modal["private_metadata"] = metadata
        await lin.user.submit(form.id, {canary("block"): field})


async def use_home(lin: SlackPersona, harness: ServiceHarness) -> None:
    for _ in range(4):
        await lin.user.open_app("home")
        await asyncio.sleep(0)
    await lin.until(lambda: "Which models" in lin.home())
    await lin.search_at_home(canary("typed"))
    home = lin.user.home
    assert home is not None
    forged = harness.slack.socket.sent[-1]
    for payload in (forged, (await lin.user.press_in_view(home)).payload):
        harness.slack.socket.send("interactive", stuff(payload))


async def rate(lin: SlackPersona, ada: TelegramPersona, harness: ServiceHarness) -> None:
    await lin.rate("👍", canary("answer"))
    for payload in [one for one in harness.slack.socket.sent if one.get("type") in {"block_actions", "message_action"}]:
        harness.slack.socket.send("interactive", stuff(payload))
    answer = next(one for one in harness.telegram.messages(ada.chat.id) if canary("answer") in one.text)
    ada.person.react(answer, canary("emoji"), "👍")


async def get_offer(ada: TelegramPersona) -> InlineQuery:
    """Type behind the bot's name until that is answered."""
    while True:
        query = ada.person.ask_inline(canary("inline"))
        with contextlib.suppress(TimeoutError):
            await ada.until(lambda query=query: query.results is not None, 5)
            return query


async def ask_elsewhere(ada: TelegramPersona, harness: ServiceHarness) -> None:
    """Ask in a chat where the bot is not, as a guest and by an offer."""
    chat = harness.telegram.channel(canary("channel"))
    said = ada.person.call_guest(chat, f"@wanjie_bot {canary('guest')}")
    ada.person.call_guest(chat, f"@wanjie_bot {canary('reply')}", reply_to=said)
    sent = ada.person.choose_inline(await get_offer(ada), chat)
    await ada.until(lambda: canary("answer") in sent.text)
    ada.person.call_back(sent, canary("data"))


EXPECTED = (
    "a form could not be opened", "Slack refused a Home tab", "an answer could not be shown", "platform unreachable",
    "an inline query was not answered",
)  # fmt: skip


async def test_nothing_of_forms_pages_lists_ratings_files_and_questions_elsewhere_is_written_down(
    empty_harness: ServiceHarness,
) -> None:
    harness, health = empty_harness, Health()
    harness.wanjie.script.answer = lambda _: f"{canary('answer')}: `{canary('file')}.py`\n\n```python\n{_CODE}```"
    harness.telegram.limits.enabled = False
    harness.wanjie.script.models = ("deepseek-v3", *(f"model-{number}" for number in range(120)))  # are searched
    lin, ada = harness.direct(canary("lin")), harness.private(canary("ada"))
    modes = {"TELEGRAM_INLINE": "on", "TELEGRAM_GUEST": "on"}
    process = await harness.start(LOG_LEVEL="DEBUG", HTTP_PORT=health.port, **modes)
    await harness.ready()
    for persona in (lin, ada):
        await persona.say(canary("question"))
        await offers(persona, AGAIN, "Code")
    break_calls(harness)
    await use_forms(lin, harness)
    await use_home(lin, harness)
    await rate(lin, ada, harness)
    await ask_elsewhere(ada, harness)
    for persona in (lin, ada):
        for _ in range(3):
            await persona.say(f"/file {canary('wanted')}")
        await persona.until(persona.posts)

    shown = await read_health(health)
    await harness.end(process)
    log = harness.logs()
    assert find_canaries(log + shown) == set()
    assert [event for event in EXPECTED if event not in log] == []


async def install(harness: ServiceHarness, workspace: Workspace) -> list[str]:
    """Install the app after everything that can fail in it; return the secrets of that."""
    slack, redirect = harness.slack, harness.slack.oauth.redirect_urls[0]
    headers = {name: canary(name.replace("-", "").lower()) for name in ("Accept-Language", "User-Agent", "Referer")}
    browser = Browser(slack, **headers)
    for query in ("error={0}", "error={0}&state={0}", "code={0}&state={0}", "{0}", "state={0}&error=access_denied"):
        await browser.open(f"{redirect}?{query.format(canary('query'))}")
    slack.faults.fail("oauth.v2.access", canary("code"))
    slack.faults.break_down("oauth.v2.access", words=canary("page"))
    slack.faults.cut("oauth.v2.access")
    statuses = [(await browser.install(workspace, "U1"))[0] for _ in range(3)]
    callback = slack.oauth.allow(await browser.begin(), workspace, "U1")
    assert (await browser.open(callback))[0] == HTTPStatus.OK
    assert HTTPStatus.OK not in statuses
    return [value for values in parse_qs(urlsplit(callback).query).values() for value in values]


async def test_nothing_of_installations_and_removals_is_written_down(
    empty_harness: ServiceHarness, redis_url: str
) -> None:
    harness, slack = empty_harness, empty_harness.slack
    slack.oauth.rotates_tokens, slack.oauth.token_lifetime = True, 600  # nearly over, so they are exchanged at once
    spam, root = slack.add_workspace(canary("workspace")), harness.private("Root")
    user = spam.user(canary("stranger"))
    stranger = SlackPersona(spam, user, spam.im(user))
    process = await start_installed_replica(harness, redis_url, LOG_LEVEL="DEBUG")
    await harness.ready()
    await claim(harness, root)
    given = await install(harness, spam.workspace)
    slack.faults.fail("oauth.v2.access", canary("exchange"))
    await stranger.say(canary("question"))
    await says(stranger, "people and groups that my admins know")
    await says(root, "would like to use me in another workspace")
    spam.faults.fail("apps.uninstall", canary("removal"))
    await root.choose("Refuse")
    async with asyncio.timeout(60):
        while not spam.count("apps.uninstall"):  # noqa: ASYNC110 - the simulator tells nobody
            await asyncio.sleep(0.02)

    await harness.end(process)
    log = harness.logs()
    assert find_canaries(log) == set()
    assert [secret for secret in (*given, "xox", slack.oauth.client_secret) if secret in log] == []
    assert "could not be installed" in log
    assert "does not exchange the token" in log
    assert "could not be removed from a workspace yet" in log
