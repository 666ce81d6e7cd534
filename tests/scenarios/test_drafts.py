"""Answers that grow as drafts in a private chat on Telegram."""

from collections.abc import Callable

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.telegram.state import Draft
from tests.scenarios.canary_steps import canary, find_canaries
from tests.scenarios.conversation_steps import echo, floods, says, shown, words


async def _start(harness: ServiceHarness, stream: str = "draft", rich: str = "on") -> TelegramPersona:
    await harness.start(TELEGRAM_STREAM=stream, TELEGRAM_RICH_DRAFTS=rich)
    await harness.ready()
    return harness.private()


def _speak_slowly(harness: ServiceHarness, count: int = 60) -> str:
    harness.wanjie.script.answer = lambda _: words(count)
    harness.wanjie.script.tokens_per_second = 25
    return words(count)


def _read_draft(harness: ServiceHarness, persona: TelegramPersona, fits: Callable[[Draft], bool]) -> Draft | None:
    draft = harness.telegram.shown_draft(persona.chat.id)
    return draft if draft is not None and fits(draft) else None


def _list_messages(harness: ServiceHarness, persona: TelegramPersona) -> list[str]:
    return harness.telegram.texts(persona.chat.id)


def _list_draft_kinds(harness: ServiceHarness, persona: TelegramPersona) -> set[str]:
    return {event.media for event in harness.telegram.timeline(persona.chat.id) if event.kind == "draft"}


@pytest.mark.parametrize(("rich", "kind"), [("on", "rich draft"), ("off", "draft")])
async def test_an_answer_is_a_draft_until_its_only_message_comes_with_its_buttons(
    empty_harness: ServiceHarness, rich: str, kind: str
) -> None:
    harness, persona = empty_harness, await _start(empty_harness, rich=rich)
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
    assert _list_draft_kinds(harness, persona) == {kind}
    assert not floods(harness)


async def test_reasoning_is_thought_in_a_draft_until_the_answer_begins_and_folded_above_it_then(
    empty_harness: ServiceHarness,
) -> None:
    harness, persona = empty_harness, await _start(empty_harness)
    script = harness.wanjie.script
    script.reasoning, script.answer = lambda _: words(20, "hm"), lambda _: f"**{words(20)}**"
    await persona.say("/model deepseek-reasoner")
    await says(persona, "deepseek-reasoner")
    script.hold_after = 10
    await persona.say("why?")
    before = await persona.until(lambda: _read_draft(harness, persona, lambda draft: bool(draft.reasoning)))
    script.hold_after = 30
    answering = await persona.until(lambda: _read_draft(harness, persona, lambda draft: "w5" in draft.content.text))
    script.hold_after = None
    await persona.until(lambda: any("w19" in text for text in _list_messages(harness, persona)))
    message = harness.telegram.messages(persona.chat.id)[-1]

    assert before is not None
    assert answering is not None
    assert before.reasoning.startswith("hm0 hm1")
    assert before.content.text == ""
    assert answering.reasoning == ""
    assert message.text.startswith(answering.content.text)
    assert [(entity.type, entity.offset) for entity in answering.content.entities] == [
        (entity.type, entity.offset) for entity in message.entities
    ]
    assert [entity.type for entity in message.entities] == ["expandable_blockquote", "bold"]
    assert "draft" not in _list_draft_kinds(harness, persona)


@pytest.mark.parametrize(
    ("version", "refused_words", "drafts"),
    [
        ((10, 0), {}, {"draft"}),
        ((10, 1), {}, {"draft"}),
        ((10, 3), {"w9": f"RICH_MESSAGE_URL_INVALID {canary('words')}"}, {"rich draft"}),
    ],
)
async def test_where_rich_drafts_are_refused_an_answer_grows_by_plain_ones_and_is_whole(
    empty_harness: ServiceHarness, version: tuple[int, int], refused_words: dict[str, str], drafts: set[str]
) -> None:
    harness, persona = empty_harness, await _start(empty_harness)
    support = harness.telegram.rich_support
    support.version, support.refused_words = version, refused_words
    text = _speak_slowly(harness, 30)
    harness.wanjie.script.hold_after = 5
    await persona.say("count")
    await persona.until(persona.answers)
    harness.wanjie.script.hold_after = 20
    await persona.until(lambda: "w12" in shown(persona))
    harness.wanjie.script.hold_after = None
    await persona.until(lambda: _list_messages(harness, persona) == [text])
    kinds = _list_draft_kinds(harness, persona)
    harness.wanjie.script.answer = echo
    await persona.say("more")
    await says(persona, "answer to more")
    refused = [call for call in harness.telegram.calls if call.method == "sendRichMessageDraft" and call.status != 200]

    assert kinds == drafts | {"draft"}
    assert len(refused) == 1
    assert "a rich draft is refused" in harness.logs()
    assert find_canaries(harness.logs()) == set()
    assert persona.buttons() == ["🔁 Regenerate", "🔊 Speak"]
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
