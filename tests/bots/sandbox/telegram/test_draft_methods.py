"""Drafts: what is shown of them, for how long, and which are refused with which sentence."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from telegram.error import BadRequest

from bots.sandbox.telegram.persona import TelegramPersona
from tests.bots.sandbox.telegram.client import Client, connected


@pytest.fixture
async def client() -> AsyncGenerator[Client]:
    async with connected() as client:
        client.sim.limits.enabled = False
        yield client


async def test_drafts_are_shown_in_private_chats_until_a_message_arrives(client: Client) -> None:
    assert await client.bot.send_message_draft(11, 7, "Think")
    assert client.sim.draft(11) == "Think"
    await client.bot.send_message_draft(11, 7, "Thinking", api_kwargs={"can_stop": True})
    assert client.sim.draft(11) == "Thinking"
    await client.bot.send_message(11, "Thought")

    assert client.sim.draft(11) is None
    assert client.sim.texts(11) == ["Thought"]
    assert client.sim.violations == []


async def test_a_person_stops_a_draft_that_bears_a_button(client: Client) -> None:
    ann, chat = client.ann, client.chat
    await client.bot.send_message_draft(11, 7, "a")
    with pytest.raises(LookupError):
        ann.stop_draft(chat)
    await client.bot.send_message_draft(11, 7, "a", api_kwargs={"can_stop": True, "keep_on_stop": True})
    ann.stop_draft(chat)
    kept = client.sim.draft(11)
    await client.bot.send_message_draft(11, 8, "b", api_kwargs={"can_stop": True})
    ann.stop_draft(chat)

    assert (kept, client.sim.draft(11)) == ("a", None)
    stopped = await client.bot.get_updates(allowed_updates=["stopped_message_generation"])
    assert [update.api_kwargs["stopped_message_generation"]["draft_id"] for update in stopped] == [7, 8]


async def test_drafts_are_refused_elsewhere_and_without_an_id(client: Client) -> None:
    group = client.sim.group("G")

    with pytest.raises(BadRequest, match=r"(?i)TEXTDRAFT_PEER_INVALID"):
        await client.bot.send_message_draft(group.id, 7, "a")
    with pytest.raises(BadRequest, match=r"(?i)RANDOM_ID_INVALID"):
        await client.bot.send_message_draft(11, 0, "a")


def _paragraph(text: object) -> dict[str, Any]:
    return {"type": "paragraph", "text": text}


def _quote(*blocks: object) -> dict[str, Any]:
    return {"type": "blockquote", "blocks": list(blocks)}


async def _draft(client: Client, *blocks: object, chat: int = 11, draft_id: int = 7, **others: object) -> str:
    """Send a rich draft, and return the refusal, "" for none."""
    message = {"blocks": list(blocks), "skip_entity_detection": True}
    body = {"chat_id": chat, "draft_id": draft_id, "rich_message": message} | others
    answer = await client.raw("sendRichMessageDraft", body)
    return str(answer.get("description", ""))


async def test_a_rich_draft_shows_its_text_without_marks_and_apart_from_it_what_the_bot_thinks(client: Client) -> None:
    bold = {"type": "bold", "text": ["b", {"type": "url", "text": "😀l", "url": "https://a.example"}]}
    code = {"type": "pre", "text": "x < y", "language": "py"}
    refusal = await _draft(
        client, {"type": "thinking", "text": "Hm"}, _paragraph(["a\n", bold]), _quote(_paragraph("q")), code
    )
    shown = client.sim.shown_draft(11)
    persona = TelegramPersona(client.sim, client.ann, client.chat)

    assert (refusal, client.sim.violations) == ("", [])
    assert shown is not None
    assert shown.content.text == "a\nb😀l\nq\nx < y"
    assert [(entity.type, entity.offset, entity.length, entity.argument) for entity in shown.content.entities] == [
        ("bold", 2, 4, ""),
        ("text_link", 3, 3, "https://a.example"),
        ("blockquote", 7, 1, ""),
        ("pre", 9, 5, "py"),
    ]
    assert (persona.answers(), persona.folds()) == (["a\nb😀l\nq\nx < y"], ["Hm"])
    assert persona.screen().messages[-1].text == "Hm\na\nb😀l\nq\nx < y"
    assert client.sim.timeline(11)[-1].media == "rich draft"


async def test_a_rich_draft_is_stopped_and_replaced_as_a_plain_one(client: Client) -> None:
    await _draft(client, _paragraph("a"), can_stop=True, keep_on_stop=True)
    client.ann.stop_draft(client.chat)
    kept = client.sim.draft(11)
    await client.bot.send_message_draft(11, 7, "ab")
    plain = client.sim.shown_draft(11)
    await _draft(client, _paragraph("abc"))
    await client.bot.send_message(11, "abcd")

    assert kept == "a"
    assert plain is not None
    assert not plain.is_rich
    assert client.sim.shown_draft(11) is None


def _nest(levels: int) -> dict[str, Any]:
    block = _paragraph("x")
    for _ in range(levels):
        block = _quote(block)
    return block


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ([], "RICH_MESSAGE_CONTENT_REQUIRED"),
        ([_paragraph(" \n")], "RICH_MESSAGE_CONTENT_REQUIRED"),
        ([_paragraph("x"), {"type": "pre", "text": ""}], "RICH_MESSAGE_CONTENT_REQUIRED"),
        ([_quote()], "RICH_MESSAGE_CONTENT_REQUIRED"),
        ([_paragraph("x")] * 501, "RICH_MESSAGE_BLOCKS_TOO_MANY"),
        ([_nest(1)] * 251, "RICH_MESSAGE_BLOCKS_TOO_MANY"),
        ([_nest(17)], "RICH_MESSAGE_DEPTH_INVALID"),
        ([_paragraph("x" * 32_769)], "RICH_MESSAGE_TEXT_TOO_LONG"),
        ([_paragraph({"type": "url", "text": "x", "url": "https://host"})], "RICH_MESSAGE_URL_INVALID"),
        ([_paragraph("\ud83d")], "strings must be encoded in UTF-8"),
        ([_quote({"type": "thinking", "text": "x"})], "block is not allowed"),
    ],
)
async def test_content_that_telegram_does_not_take_is_refused(client: Client, blocks: list[Any], reason: str) -> None:
    assert await _draft(client, *blocks) == f"Bad Request: {reason}"
    assert client.sim.draft(11) is None
    assert client.sim.violations == []


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "section", "text": "x"}],
        [{"text": "x"}],
        [{"type": "paragraph", "text": "x", "language": "py"}],
        [{"type": "paragraph"}],
        [_paragraph({"type": "blink", "text": "x"})],
        [_paragraph({"type": "bold"})],
    ],
)
async def test_blocks_that_are_not_described_are_refused_and_listed(client: Client, blocks: list[Any]) -> None:
    assert await _draft(client, *blocks)
    assert len(client.sim.violations) == 1


async def test_rich_drafts_are_refused_elsewhere_and_without_an_id_and_share_the_limit(client: Client) -> None:
    group = client.sim.group("G")

    assert await _draft(client, _paragraph("x"), chat=group.id) == "Bad Request: TEXTDRAFT_PEER_INVALID"
    assert await _draft(client, _paragraph("x"), draft_id=0) == "Bad Request: RANDOM_ID_INVALID"
    client.sim.limits.enabled = True
    for number in range(10):
        await client.bot.send_chat_action(11, "typing")
        assert not await _draft(client, _paragraph(f"x {number}"))
    assert await _draft(client, _paragraph("x")) == "Too Many Requests: retry after 5"


async def test_older_servers_know_less_of_rich_drafts(client: Client) -> None:
    support = client.sim.rich_support
    refusals: list[str] = []
    for minor in range(4):
        support.version = (10, minor)
        refusals += [await _draft(client, _paragraph("x"), {"type": "expandable_blockquote", "text": "y"})]
        refusals += [await _draft(client, _paragraph("x"))]

    assert refusals == [
        "Not Found",
        "Not Found",
        "Bad Request: rich message must be non-empty",
        "Bad Request: rich message must be non-empty",
        'Bad Request: can\'t parse InputRichBlock: type "expandable_blockquote" is unsupported',
        "",
        "",
        "",
    ]


async def test_words_may_be_refused_in_rich_drafts_only(client: Client) -> None:
    client.sim.rich_support.refused_words["bad"] = "RICH_MESSAGE_EMAIL_INVALID"

    assert await _draft(client, _paragraph("a bad word")) == "Bad Request: RICH_MESSAGE_EMAIL_INVALID"
    assert await _draft(client, _paragraph("a good word")) == ""
    assert await client.bot.send_message_draft(11, 7, "a bad word")
