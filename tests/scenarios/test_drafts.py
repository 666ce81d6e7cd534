"""Answers that grow as drafts in a private chat on Telegram."""

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.conversation_steps import echo, floods, shown, words


async def _start(harness: ServiceHarness, stream: str = "draft") -> TelegramPersona:
    await harness.start(TELEGRAM_STREAM=stream)
    await harness.ready()
    return harness.private()


def _speak_slowly(harness: ServiceHarness, count: int = 60) -> str:
    harness.wanjie.script.answer = lambda _: words(count)
    harness.wanjie.script.tokens_per_second = 25
    return words(count)


def _list_messages(harness: ServiceHarness, persona: TelegramPersona) -> list[str]:
    return harness.telegram.texts(persona.chat.id)


async def test_an_answer_is_a_draft_until_its_only_message_comes_with_its_buttons(
    empty_harness: ServiceHarness,
) -> None:
    harness, persona = empty_harness, await _start(empty_harness)
    text = _speak_slowly(harness)
    harness.wanjie.script.hold_after = 0
    await persona.say("count")
    for count in range(10, 60, 10):
        harness.wanjie.script.hold_after = count
        await persona.until(lambda count=count: len(shown(persona)) > count - 5)
    harness.wanjie.script.hold_after = None
    await persona.until(lambda: _list_messages(harness, persona))

    events = [event for event in harness.telegram.timeline(persona.chat.id) if event.by_bot]
    drafts = [event.text for event in events if event.kind == "draft"]
    assert len(drafts) > 4
    assert all(later.startswith(earlier) for earlier, later in zip(drafts, [*drafts[1:], text], strict=True))
    assert persona.answers() == _list_messages(harness, persona) == [text]
    assert persona.buttons() == ["🔁 Regenerate", "🔊 Speak"]
    assert "edit" not in {event.kind for event in events}
    assert not floods(harness)


async def test_the_button_of_a_draft_stops_the_answer_and_its_words_are_kept(empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, await _start(empty_harness)
    text = _speak_slowly(harness, 200)
    harness.wanjie.script.hold_after = 40
    await persona.say("count")
    await persona.until(lambda: any("10" in answer for answer in persona.answers()))
    persona.person.stop_draft(persona.chat)
    await persona.until(lambda: _list_messages(harness, persona))
    harness.wanjie.script.answer = echo
    await persona.say("more")
    await persona.until(lambda: len(_list_messages(harness, persona)) > 1)

    stopped, answer = _list_messages(harness, persona)
    assert text.startswith(stopped.split("\n")[0])
    assert len(stopped) < len(text)
    assert answer == "answer to more"


async def test_an_answer_whose_process_dies_while_it_is_a_draft_is_written_anew(empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, await _start(empty_harness)
    text = _speak_slowly(harness, 40)
    harness.wanjie.script.hold_after = 20
    await persona.say("count")
    await persona.until(persona.answers)
    await harness.kill(harness.processes[0])
    harness.wanjie.script.hold_after = None
    torn = _list_messages(harness, persona)
    await harness.start(TELEGRAM_STREAM="draft")
    await persona.until(lambda: _list_messages(harness, persona))

    assert torn == []
    assert persona.answers() == [text]


async def test_chats_that_compete_are_shown_drafts_and_others_edits(empty_harness: ServiceHarness) -> None:
    harness, alone = empty_harness, await _start(empty_harness, "auto")
    text = _speak_slowly(harness, 40)
    await alone.say("count")
    await alone.until(lambda: alone.answers() == [text] and alone.buttons() != ["⏹ Stop"])
    crowd = [harness.private() for _ in range(40)]
    harness.wanjie.script.hold_after = 30

    def kinds(persona: TelegramPersona) -> set[str]:
        return {event.kind for event in harness.telegram.timeline(persona.chat.id) if event.by_bot}

    for persona in crowd:
        await persona.say("count")
    await alone.until(lambda: sum("draft" in kinds(persona) for persona in crowd) > 20)
    harness.wanjie.script.hold_after = None
    await alone.until(lambda: all(_list_messages(harness, each) == [text] for each in crowd), 300)

    assert "draft" not in kinds(alone)
    assert not floods(harness)
