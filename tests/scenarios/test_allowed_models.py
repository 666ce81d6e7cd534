"""Models that are open to some people only: not listed, not chosen, not used, whatever asks for them."""

from __future__ import annotations

import asyncio

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.scripted_behaviour import MODELS
from tests.scenarios.access_steps import claim, start
from tests.scenarios.button_steps import AGAIN, answered, offers
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import says
from tests.scenarios.model_menu_steps import begun, opens, uses

DEAR = (*MODELS, "sora-2", "kolors", "tts-1")
_CACHE_SECONDS = 0.6
"""How long the rules of before may still hold, and a little more."""


def used(harness: ServiceHarness) -> set[str]:
    """The models that were asked for anything."""
    return {str(call.body["model"]) for call in harness.wanjie.requests if isinstance(call.body.get("model"), str)}


async def open_service(harness: ServiceHarness, **extra: str) -> None:
    """Start a service that the first people on Telegram may use without being let in by name."""
    harness.wanjie.script.models = DEAR
    await start(harness, TELEGRAM_ALLOWED_IDS="1001,1002,1003", **extra)


@pytest.mark.parametrize("place", PERSONAS)
async def test_a_model_that_is_not_open_is_neither_listed_nor_chosen(empty_harness: ServiceHarness, place: str) -> None:
    await open_service(empty_harness, MODELS_FOR_MEMBERS="deepseek-*,kimi-*,flux*")
    persona = PERSONAS[place](empty_harness)
    await begun(persona, empty_harness)
    await opens(persona, "/model")
    listed = " ".join(persona.choices())
    await persona.say("/model sora-2")
    await says(persona, "isn't open to you")
    await persona.say("/model gpt")
    await says(persona, "don't know a model called “gpt”")
    await persona.say("/model speech")
    await says(persona, "no models for “Speech”")

    assert "kimi-k2" in listed
    assert not {"sora-2", "GPT-4o", "qwen3-32b"}.intersection(listed.replace("✓ ", "").split())
    await uses(persona, empty_harness, "deepseek-v3")


async def test_a_searchable_menu_finds_only_what_is_open_to_its_reader(empty_harness: ServiceHarness) -> None:
    harness, member = empty_harness, empty_harness.thread()
    harness.wanjie.script.models = tuple(f"model-{number}" for number in range(300))
    await start(harness, MODELS_FOR_MEMBERS="model-1*")
    await begun(member, harness)
    await opens(member, "/model")

    assert "model-14" in await member.search("model-14")
    assert "model-277" not in await member.search("model-277")


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_admins_open_and_close_models_at_run_time(empty_harness: ServiceHarness, place: str) -> None:
    harness = empty_harness
    await open_service(harness)
    root, member = PERSONAS[place](harness), PERSONAS[place](harness)
    await claim(harness, root)
    await answered(member, harness)
    await member.say("/model kimi-k2")
    await says(member, "Switched to")
    await member.say("/model kolors")
    await says(member, "for pictures")
    await root.say("/admin models others deepseek-* Flux* Cosy*")
    await says(root, "Others")
    await root.say("/admin models default deepseek-reasoner")
    await says(root, "Default for answers")
    await asyncio.sleep(_CACHE_SECONDS)

    await uses(member, harness, "deepseek-reasoner", "one")
    await says(member, "isn't open to you, so")
    await uses(member, harness, "deepseek-reasoner", "two")
    await member.say("/imagine a cat")
    await member.until(member.posts)
    await member.until(lambda: sum("isn't open to you, so" in answer for answer in member.answers()) == 2)
    assert "kolors" not in used(harness)
    await uses(root, harness, "deepseek-reasoner", "three")
    await root.say("/model kimi-k2")
    await says(root, "Switched to")
    await root.say("/admin models off kimi*")
    await says(root, "Off for everybody")
    await asyncio.sleep(_CACHE_SECONDS)
    await uses(root, harness, "deepseek-reasoner", "four")

    await root.say("/admin models on kimi*")
    await root.say("/admin models others default")
    await root.say("/admin audit")
    await says(root, "removed models:others")
    await asyncio.sleep(_CACHE_SECONDS)
    await uses(member, harness, "kimi-k2", "five")


async def test_what_was_offered_before_is_not_used_for_somebody_else(empty_harness: ServiceHarness) -> None:
    """A button, a menu and a voice message of a person to whom their models are closed."""
    harness = empty_harness
    await open_service(
        harness, MODELS_FOR_MEMBERS="*", WANJIE_TRANSCRIBE_MODEL="whisper-1", WANJIE_DEFAULT_MODEL="deepseek-v3"
    )
    root, member = harness.private("Root"), harness.private("Ada")
    await claim(harness, root)
    await member.say("/model kimi-k2")
    await says(member, "Switched to")
    await answered(member, harness)
    await offers(member, AGAIN, "Speak")
    await opens(member, "/model")
    await root.say("/admin models others deepseek-v3")
    await says(root, "1 of")
    await asyncio.sleep(_CACHE_SECONDS)
    before = len(harness.wanjie.requests)
    await member.choose("qwen3-coder")
    await member.until(lambda: [hint for hint in member.hints() if "no longer available" in hint])
    await member.press(AGAIN)
    await says(member, "isn't open to you, so deepseek-v3 answers")
    await member.send(b"OggS", "voice.ogg", "audio/ogg", voice=True)
    await says(member, "Voice messages aren't open to you")
    await member.say("/imagine a cat")
    await says(member, "No model for this is open to you")

    asked = {str(call.body["model"]) for call in harness.wanjie.requests[before:] if "model" in call.body}
    assert asked == {"deepseek-v3"}


async def test_strangers_and_members_change_no_rules(empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, empty_harness.private("Ada")
    await open_service(harness)
    for command in ("/admin models others all", "/admin limits members day 5", "/admin announce hello"):
        await persona.say(command)

    async def refused(persona: Persona) -> None:
        await persona.until(lambda: sum("Only the admins" in answer for answer in persona.answers()) == 3)

    await refused(persona)
