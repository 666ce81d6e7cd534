"""A unique word in everything that comes from outside, and every kind of failure: none is written down anywhere.

Log (at its lowest level), standard output, metrics, health and `bots check` are what operators, and their collectors,
read. Ids of models and chats may stand there, and request ids that have the form of one.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace

from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.wanjie.canned_answers import Messages, call_no_tools
from bots.sandbox.wanjie.sample_media import make_mp3, make_png
from bots.sandbox.wanjie.scripted_behaviour import Failure
from tests.bots.health import Health
from tests.scenarios.canary_steps import canary, find_canaries, read_health
from tests.scenarios.conversation_steps import asked, says, until_asked
from tests.scenarios.store_steps import overwrite_values


def answer(messages: Messages) -> str:
    """An answer with a canary, that names the last word of the question."""
    return f"{canary('answer')} to {str(messages[-1]['content']).split()[-1]}"


def refuse_calls(harness: ServiceHarness) -> None:
    said = f'Bad Request: can\'t parse entities: unsupported start tag "{canary("quote")}" {canary("description")}'
    for method in ("sendMessage", "editMessageText", "sendVoice", "answerCallbackQuery", "sendChatAction", "getFile"):
        harness.telegram.faults.fail(method, 400, said)
    harness.telegram.faults.fail("sendMessageDraft", 403, f"Forbidden: {canary('forbidden')}")
    for method in ("chat.startStream", "chat.postMessage", "chat.update", "files.info", "users.info", "response_url"):
        harness.slack.faults.fail(method, canary("code"))


def answer_with_pages(harness: ServiceHarness) -> None:
    for method in ("sendMessage", "editMessageText", "getFile", "getUpdates"):
        harness.telegram.faults.bad_gateway(method, words=canary("page"))
    for method in ("chat.startStream", "chat.postMessage", "chat.appendStream", "files.info"):
        harness.slack.faults.break_down(method, words=canary("page"))


def cut_bodies(harness: ServiceHarness) -> None:
    for method in ("getUpdates", "sendMessage", "editMessageText"):
        harness.telegram.faults.cut(method)
    for method in ("chat.startStream", "chat.postMessage", "conversations.replies", "users.info", "files.info"):
        harness.slack.faults.cut(method)


def garble_answers(harness: ServiceHarness) -> None:
    for method in ("sendMessage", "editMessageText", "getFile"):
        harness.telegram.faults.garble(method)
    for method in ("chat.startStream", "chat.postMessage", "users.info", "files.info"):
        harness.slack.faults.garble(method)


def lose_peers(harness: ServiceHarness) -> None:
    harness.telegram.faults.lose_answer("sendMessage")
    harness.telegram.faults.lose_request("getUpdates")
    harness.slack.faults.lose_answers("chat.startStream")
    harness.slack.faults.lose_requests("chat.postMessage")
    harness.slack.drop_connections()
    harness.wanjie.script.fail_next.append(Failure(0, drop=True))


def refuse_models(harness: ServiceHarness) -> None:
    told = Failure(500, message=canary("message"), code=canary("code"), request_id=canary("request"))
    harness.wanjie.script.fail_next.extend(
        [
            told,
            replace(told, status=400),
            replace(told, status=429, retry_after=0.1),
            Failure(403, body=f'{{"code": "{canary("code")}", "message": "{canary("body")}"}}'),
            Failure(200, body=canary("nojson")),
            Failure(502, body=f"<html>{canary('page')}</html>", media_type="text/html"),
        ]
    )


def break_streams(harness: ServiceHarness) -> None:
    script = harness.wanjie.script
    script.error_after, script.error = 2, Failure(500, message=canary("frame"), code=canary("framecode"))
    script.finish_reason = canary("reason")


def use_tools(messages: Messages, _: Messages) -> list[tuple[str, str]]:
    """Call a tool that nobody has, and one with arguments that are no JSON."""
    calls = [(canary("tool"), f'{{"{canary("argument")}"'), ("draw_picture", canary("arguments"))]
    return calls if messages[-1]["role"] == "user" else []


def use_unknown_tools(harness: ServiceHarness) -> None:
    harness.wanjie.script.tool_calls = use_tools


def heal_models(harness: ServiceHarness) -> None:
    script = harness.wanjie.script
    script.error_after, script.finish_reason, script.tool_calls = None, "stop", call_no_tools


async def write(persona: Persona) -> None:
    """Say and command."""
    await persona.say(f"{canary('text')} sk-{canary('key')}-1234 https://{canary('user')}:{canary('word')}@x.example/")
    await persona.say(f"/system {canary('system')}")
    await persona.say(f"/{canary('command')} {canary('rest')}")


async def order(persona: Persona) -> None:
    """Ask for what does not exist, and for a picture."""
    await persona.say(f"/model {canary('wanted')}")
    await persona.say(f"/imagine {canary('prompt')} --size {canary('option')}")
    await persona.say(f"/imagine {canary('prompt')} --size 64x64")


async def send_files(persona: Persona) -> None:
    """Send a picture that the model cannot see, a document that is none, and a voice note."""
    await persona.send(make_png(4, 4, 1), f"{canary('picture')}.png", "image/png", text=canary("caption"))
    await persona.send(b"%PDF-1.4 no pdf", f"{canary('file')}.pdf", "application/pdf", text=canary("caption"))
    await persona.send(make_mp3(canary("spoken")), f"{canary('voice')}.mp3", f"audio/{canary('mime')}", voice=True)


async def forge_press(persona: Persona, harness: ServiceHarness) -> None:
    if isinstance(persona, TelegramPersona):
        shown = [message for message in harness.telegram.messages(persona.chat.id) if canary("answer") in message.text]
        persona.person.call_back(shown[-1], canary("data"))


ROUNDS: tuple[tuple[Callable[[ServiceHarness], None], ...], ...] = (
    (refuse_calls, answer_with_pages, cut_bodies, lose_peers, refuse_models),
    (garble_answers,),
    (break_streams,),
    (use_unknown_tools,),
)
"""Of the faults of a round each call meets another one."""
EXPECTED = (
    "ContentRejectedError", "PlatformUnreachableError", "no updates from Telegram", "model call failed",
    "BadRequestError", "answer broke off", "a value of the store cannot be read", "a model uses a tool", "turn failed",
)  # fmt: skip
"""What the log must say, or nothing has failed."""


async def test_nothing_that_people_models_or_services_say_is_written_down(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, health = empty_harness, Health()
    harness.telegram.limits.enabled = False
    harness.wanjie.script.answer, harness.wanjie.script.reasoning = answer, lambda _: canary("reasoning")
    harness.wanjie.script.models = (*harness.wanjie.script.models, "whisper-1")
    name = canary("name")
    pairs = {act: (harness.private(name), harness.direct(name)) for act in (write, order, send_files)}
    groups = (harness.group(canary("title"), name), harness.thread(canary("channel"), name))
    people: list[Persona] = [*groups, *(persona for pair in pairs.values() for persona in pair)]
    proxy = f"http://{canary('proxyuser')}:{canary('proxyword')}@127.0.0.1:9"
    settings = {"LOG_LEVEL": "DEBUG", "HTTP_PORT": health.port, "REDIS_URL": redis_url, "HTTPS_PROXY": proxy}
    process = await harness.start(**settings, WANJIE_TRANSCRIBE_MODEL="whisper-1", IMAGE_TOOL="on")
    await harness.ready()
    await asyncio.gather(*(persona.say(canary("first")) for persona in people))
    await asyncio.gather(*(says(persona, canary("first")) for persona in people))

    for number, failures in enumerate((*ROUNDS, ())):
        if not failures:
            await overwrite_values(redis, canary("stored").encode())
        for fail in failures:
            fail(harness)
        asked_before = len(asked(harness))
        acting = pairs if number == 0 else {write: pairs[write]}
        talking = [persona for pair in acting.values() for persona in pair]
        await asyncio.gather(*(act(persona) for act, pair in acting.items() for persona in pair))
        await asyncio.gather(*(forge_press(persona, harness) for persona in talking))
        await until_asked(harness, asked_before + 2, 30)
        async with asyncio.timeout(60):
            while harness.wanjie.script.fail_next:  # noqa: ASYNC110 - the simulator tells nobody
                await asyncio.sleep(0.02)
        heal_models(harness)
        await asyncio.gather(*(persona.say(f"{canary('after')} n{number}") for persona in talking))
        await asyncio.gather(*(says(persona, f"to n{number}") for persona in talking))
        harness.telegram.faults.clear()
        harness.slack.faults.clear()

    shown = await read_health(health)
    await harness.end(process)
    log = harness.logs()
    assert find_canaries(log + shown) == set()
    assert [event for event in EXPECTED if event not in log] == []


BADLY_SET = (
    "WANJIE_API_KEY", "WANJIE_BASE_URL", "WANJIE_PROXY", "WANJIE_PRICES", "TELEGRAM_BOT_TOKEN", "TELEGRAM_PROXY",
    "TELEGRAM_WEBHOOK_SECRET", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "REDIS_URL", "HTTPS_PROXY",
    "HTTP_PORT", "LOG_LEVEL", "ACCESS_MODE", "HISTORY_DAYS",
)  # fmt: skip


async def run(harness: ServiceHarness, command: str, **settings: str) -> str:
    """Run a command of the program to its end; return all that it writes."""
    environment = {**harness.environment(), **settings}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bots", command, env=environment, cwd=harness.folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    written, _ = await process.communicate()
    return written.decode()


async def test_check_names_no_words_of_services_and_no_value_of_a_setting(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    harness.telegram.faults.fail("getMe", 401, f"Unauthorized: {canary('description')}", times=9)
    harness.slack.faults.fail("auth.test", canary("code"), times=9)
    harness.slack.faults.break_down("apps.connections.open", words=canary("page"), times=9)
    harness.wanjie.script.fail_next.extend([Failure(500, message=canary("message"), code=canary("code"))] * 9)
    bad = {name: f" {canary(name.replace('_', '').lower())} :// @ x" for name in BADLY_SET}
    login = f"{canary('user')}:{canary('word')}@"
    dead = {"WANJIE_BASE_URL": f"http://{login}127.0.0.1:9", "REDIS_URL": f"redis://{login}127.0.0.1:9/0"}

    written = await asyncio.gather(
        run(harness, "check"),
        run(harness, "check", **dead),
        run(harness, "check", **bad),
        run(harness, "run", **bad | {"LOG_FORMAT": "json"}),
    )

    assert find_canaries("\n".join(written)) == set()
    assert all("valid" in text or "does not" in text or "cannot" in text for text in written)
