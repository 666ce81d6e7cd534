"""`/export`: a conversation and its choices as files."""

from __future__ import annotations

import json

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.button_steps import answered
from tests.scenarios.conftest import PERSONAS
from tests.scenarios.conversation_steps import says


async def test_a_conversation_and_its_choices_come_as_two_files(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness, "heliotrope")
    await persona.say("/system Be brief.")
    await says(persona, "Got it")

    await persona.say("/export")
    await persona.until(lambda: len(persona.posts()) == 2)

    as_json, as_markdown = persona.posts()
    assert (as_json.names, as_markdown.names) == (("conversation.json",), ("conversation.md",))
    stored = json.loads(as_json.files[0])
    assert [message["role"] for message in stored["messages"]] == ["user", "assistant"]
    assert stored["messages"][0]["content"].endswith("heliotrope")
    assert stored["preferences"] == {"system": "Be brief."}
    text = as_markdown.files[0].decode()
    assert text.startswith("# Conversation\n\n- system: Be brief.\n\n## User\n\n")
    assert text.endswith("heliotrope\n\n## Assistant\n\nanswer to heliotrope\n")


async def test_an_empty_conversation_is_told_so(direct_persona: Persona) -> None:
    await direct_persona.say("/export")

    await says(direct_persona, "Nothing is stored")


@pytest.mark.parametrize("place", ["telegram-group", "slack-thread"])
async def test_in_a_group_only_admins_export_what_others_asked(place: str, harness: ServiceHarness) -> None:
    group = PERSONAS[place](harness)
    await answered(group, harness, "heliotrope")
    other = harness.joining(group, "Bob")

    await other.say("/export")
    await says(other, "Only admins")

    assert not group.posts()
