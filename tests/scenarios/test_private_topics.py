"""Topics of a private chat on Telegram: each is a conversation of its own, named after its first question."""

from __future__ import annotations

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.conversation_steps import beginning, echo, last_asked, says, until_asked, until_taken

LONG = "Which lighthouses of the Baltic Sea are open to visitors in winter, and how does one get there?"
TITLE = "Which lighthouses of the Baltic Sea are open to visitors in…"


def topic_of(persona: TelegramPersona, text: str, harness: ServiceHarness) -> TelegramPersona:
    """Let a person begin a topic with a question."""
    topic = persona.person.begin_topic(persona.chat, text)
    return TelegramPersona(harness.telegram, persona.person, persona.chat, topic=topic)


async def test_each_topic_remembers_its_own_and_is_named_after_its_first_question(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    person = harness.private()
    lights, birds = topic_of(person, LONG, harness), topic_of(person, "Which birds live there?", harness)
    await says(lights, "answer to Which lighthouses")
    await says(birds, "answer to Which birds")
    await lights.until(lambda: person.chat.topics[lights.topic or 0] == TITLE)
    await birds.say("and in summer?")
    await says(birds, "answer to and in summer?")

    assert last_asked(harness) == ["Which birds live there?", "answer to Which birds live there?", "and in summer?"]
    assert [call.method for call in harness.telegram.calls].count("editForumTopic") == 1  # the other has that name


async def test_a_topic_that_somebody_has_named_keeps_its_name(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    harness.wanjie.script.hold_after = 0  # it is renamed while the answer is being written
    person = harness.private()
    topic = topic_of(person, LONG, harness)
    await until_asked(harness, 1)
    person.person.rename_topic(person.chat, topic.topic or 0, "Winter")
    await until_taken(harness)
    harness.wanjie.script.hold_after = None
    await says(topic, "answer to Which lighthouses")
    await topic.say("/new")
    await says(topic, beginning("new.done"))
    await topic.say("And what is the tallest?")
    await says(topic, "answer to And what is the tallest?")
    await person.say("Outside of topics?")
    await says(person, "answer to Outside of topics?")

    assert person.chat.topics == {topic.topic: "Winter"}
    assert not [call for call in harness.telegram.calls if call.method == "editForumTopic"]
