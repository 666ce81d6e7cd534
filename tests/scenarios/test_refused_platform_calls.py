"""What is refused, call by call: the right sentence or known silence, no traceback, and the next message works."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.button_steps import answered
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import beginning, says

UNKNOWN = ("Bad Request: SOME_NEW_CODE", "some_new_code")
GONE = ("Forbidden: bot was blocked by the user", "is_archived")
ABSENT = ("Forbidden: bot was kicked from the supergroup chat", "not_in_channel")
NO_VOICE = ("Bad Request: not enough rights to send music to the chat", "file_uploads_disabled")
NO_VOICE_RIGHT = ("Bad Request: not enough rights to send voice notes to the chat", "missing_scope")
NO_PICTURES = ("Bad Request: not enough rights to send photos to the chat", "file_uploads_disabled")
POST = (("sendMessage",), ("chat.startStream", "chat.postMessage"))
VOICE = (("sendVoice", "sendAudio", "sendDocument"), ("files.getUploadURLExternal",))
ALBUM = (("sendMediaGroup", "sendPhoto", "sendDocument"), ("files.getUploadURLExternal",))
HINT = (("answerCallbackQuery",), ("chat.postEphemeral",))
EDIT = (("editMessageText",), ("chat.appendStream", "chat.stopStream", "chat.update"))
PICK = (("editMessageText", "answerCallbackQuery"), ("response_url", "chat.update"))
NO_RIGHT = ("Bad Request: not enough rights", "missing_scope")
SIGN = (("sendChatAction",), ("assistant.threads.setStatus",))


@dataclass(frozen=True)
class Row:
    """Something that somebody does while calls are refused, and what they read of it on Telegram and on Slack."""

    act: Callable[[Persona], Awaitable[None]]
    methods: tuple[tuple[str, ...], tuple[str, ...]]
    reason: tuple[str, str]
    told: tuple[str, str]
    """Keys of sentences, or words of an answer; "" for silence."""


def _say(text: str) -> Callable[[Persona], Awaitable[None]]:
    return lambda persona: persona.say(text)


def _press(label: str) -> Callable[[Persona], Awaitable[None]]:
    async def press(persona: Persona) -> None:
        await persona.until(lambda: any(label in button for button in persona.buttons()))
        await persona.press(label)

    return press


async def _pick(persona: Persona) -> None:
    await persona.say("/model")
    await persona.until(lambda: any("kimi-k2" in choice for choice in persona.choices()))
    await persona.choose("kimi-k2")


SPEAK, DRAW = _say("/speak hello there"), _say("/imagine a fox --size 64x64 --n 2")
ROWS = {
    "question, refused": Row(_say("one"), POST, UNKNOWN, ("", "")),
    "question, gone": Row(_say("one"), POST, GONE, ("", "")),
    "question, absent": Row(_say("one"), POST, ABSENT, ("", "")),
    "command, refused": Row(_say("/help"), POST, UNKNOWN, ("", "What I can do")),
    "menu, gone": Row(_say("/model"), POST, GONE, ("", "Which models")),
    "pick, refused": Row(_pick, PICK, UNKNOWN, ("Now: kimi-k2", "Chat: `kimi-k2`")),
    "pick, gone": Row(_pick, PICK, GONE, ("Now: kimi-k2", "Chat: `kimi-k2`")),
    "voice, refused": Row(SPEAK, VOICE, UNKNOWN, ("speak.refused", "speak.refused")),
    "voice, forbidden": Row(SPEAK, VOICE, NO_VOICE, ("attach.no_voice", "attach.no_voice")),
    "voice, no right": Row(SPEAK, VOICE, NO_VOICE_RIGHT, ("attach.no_voice", "attach.no_permission")),
    "voice, gone": Row(SPEAK, VOICE, GONE, ("", "")),
    "album, refused": Row(DRAW, ALBUM, UNKNOWN, ("imagine.unshown", "imagine.unshown")),
    "album, forbidden": Row(DRAW, ALBUM, NO_PICTURES, ("attach.no_pictures", "attach.no_pictures")),
    "album, gone": Row(DRAW, ALBUM, GONE, ("", "")),
    "hint, refused": Row(_press("Regenerate"), HINT, UNKNOWN, ("answer to before", "answer to before")),
    "growing, refused": Row(_say("one"), EDIT, UNKNOWN, ("answer to one", "answer to one")),
    "growing, forbidden": Row(_say("one"), EDIT, NO_RIGHT, ("answer to one", "answer to one")),
    "growing, gone": Row(_say("one"), EDIT, GONE, ("", "")),
    "regenerate, refused": Row(_press("Regenerate"), POST, UNKNOWN, ("", "")),
    "regenerate, gone": Row(_press("Regenerate"), POST, GONE, ("", "")),
    "speak button, forbidden": Row(_press("Speak"), VOICE, NO_VOICE, ("attach.no_voice", "attach.no_voice")),
    "sign, gone": Row(_say("one"), SIGN, GONE, ("answer to one", "answer to one")),
}


def _refuse(harness: ServiceHarness, row: Row, *, telegram: bool) -> None:
    for method in row.methods[0 if telegram else 1]:
        if telegram:
            status = 403 if row.reason[0].startswith("Forbidden") else 400
            harness.telegram.faults.fail(method, status, row.reason[0], times=1000)
        else:
            harness.slack.faults.fail(method, row.reason[1], times=1000)


async def _met(harness: ServiceHarness, row: Row, before: int, *, telegram: bool) -> None:
    """Wait until the calls that are refused have come to their end."""
    methods = row.methods[0 if telegram else 1]
    if telegram:
        refused = lambda: [call.method for call in harness.telegram.calls[before:] if call.status >= 400]  # noqa: E731
        await harness.telegram.wait_for(lambda: set(refused()) & set(methods))
    else:
        refused = lambda: [call.method for call in harness.slack.calls[before:] if call.error]  # noqa: E731
        await harness.slack.wait_for(lambda: set(refused()) & set(methods))


async def _reads(persona: Persona, words: str, shown: int, row: str) -> None:
    try:
        await persona.until(lambda: words in " ".join(persona.answers()[shown:]))
    except TimeoutError:
        raise AssertionError(f"{row}: {persona.answers()[shown:]}, not {words!r}") from None


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_any_refused_call_is_explained_or_known_silent_and_the_next_message_is_answered(
    place: str, name: str, harness: ServiceHarness
) -> None:
    row, persona = ROWS[name], PERSONAS[place](harness)
    telegram = isinstance(persona, TelegramPersona)
    await answered(persona, harness, "before")
    shown = len(persona.answers())
    before = len(harness.telegram.calls if telegram else harness.slack.calls)
    _refuse(harness, row, telegram=telegram)
    # Else its end may come with its first words, which need no sign, and nothing is changed.
    script, is_slow = harness.wanjie.script, name.startswith(("growing", "sign"))
    script.tokens_per_second = 1 if name.startswith("growing") else None
    script.first_token_delay = 6 if name.startswith("sign") else 0  # a sign without room comes again after 4.5 s
    await row.act(persona)
    told = row.told[0 if telegram else 1]
    if told:
        words = told if " " in told else beginning(told)
        await _reads(persona, words, shown, name)
    elif is_slow:  # what stood before stays, and nothing is said
        await persona.until(lambda: persona.answers()[shown:])
        before = len(harness.telegram.calls if telegram else harness.slack.calls)
    if is_slow or not told:
        await _met(harness, row, before, telegram=telegram)
    if not told:
        begun = "".join(persona.answers()[shown:])
        assert "answer to one".startswith(begun) if is_slow else not begun
        assert begun != "answer to one"
    harness.telegram.faults.clear()
    harness.slack.faults.clear()
    script.tokens_per_second, script.first_token_delay = None, 0
    await persona.say("after")
    await says(persona, "answer to after")

    assert "Traceback" not in harness.logs()
    assert "turn failed" not in harness.logs()
