"""Searches in select menus, answered over the socket."""

from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import ConnectionError as StoreLostError
from structlog.testing import capture_logs

from bots.sandbox.slack.data_types import Message
from bots.sandbox.slack.persona import SlackPersona
from bots.slack.events import menu_search
from bots.slack.events.menu_search import find_options
from bots.slack.events.workspace_context import WorkspaceContext
from core.chat.port.incoming import ChatRef, Choice, Sender
from core.chat.port.menu_query import MenuQuery
from core.chat.port.menus import Menu, Option
from tests.bots.slack.conftest import MODELS, Scene
from tests.bots.slack.event_listener import Listener

_BODY = {
    "type": "block_suggestion",
    "action_id": "menu:model",
    "value": "ki",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "channel": {"id": "C1"},
    "container": {"message_ts": "60.1", "thread_ts": "50.1"},
}


async def _menu(scene: Scene) -> Message:
    await scene.outbox.show_menu(Menu("model", "Which?", MODELS))
    return scene.slack.messages(scene.channel, scene.question.ts)[-1]


@pytest.mark.usefixtures("unhurried")
async def test_matching_options_are_offered_and_nothing_is_stored(scene: Scene, listener: Listener) -> None:
    menu = await _menu(scene)
    some = await scene.ann.search(menu, "menu:model", "Model 29")
    everything = await scene.ann.search(menu, "menu:model")

    assert [option["value"] for option in some] == ["m29", *(f"m29{number}" for number in range(10))]
    assert len(everything) == 100
    assert b"block_suggestion" not in b"".join(listener.payloads)


async def test_a_searched_option_can_be_picked(scene: Scene, listener: Listener) -> None:
    await _menu(scene)
    persona = SlackPersona(scene.slack, scene.ann, scene.channel, root=scene.question.ts)
    before = persona.choices()
    labels = await persona.search("Model 250")
    await persona.choose("Model 250")

    assert (before, labels) == ([], ["Model 250"])
    assert (await listener.next_action()).choice == Choice("model", "m250")


async def test_suggest_gets_the_chat_the_query_and_the_reader() -> None:
    asked: list[tuple[MenuQuery, int]] = []

    async def suggest(query: MenuQuery, most: int) -> tuple[Option, ...]:
        asked.append((query, most))
        return (Option("Kimi", "kimi", group="Chat"),)

    answer = await find_options(_BODY, suggest, WorkspaceContext())

    assert asked == [(MenuQuery("model", ChatRef("sl", "T1", "C1", "50.1"), "ki", Sender("U1")), 100)]
    assert [group["label"]["text"] for group in answer["option_groups"]] == ["Chat"]


@pytest.mark.parametrize("error", [StoreLostError("away"), TimeoutError()])
async def test_a_failed_search_offers_no_options(error: Exception) -> None:
    async def suggest(*_: object) -> tuple[Option, ...]:
        raise error

    with capture_logs() as log:
        assert await find_options({**_BODY, "action_id": "menu:heliotrope"}, suggest, WorkspaceContext()) == {
            "options": []
        }
    assert log
    assert "heliotrope" not in str(log)  # which a client may have said


async def test_a_search_times_out_before_slack_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert menu_search._TIMEOUT < 3  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(menu_search, "_TIMEOUT", 0.05)

    async def suggest(*_: object) -> tuple[Option, ...]:
        await asyncio.sleep(60)
        return ()

    async with asyncio.timeout(30):
        assert await find_options(_BODY, suggest, WorkspaceContext()) == {"options": []}


@pytest.mark.parametrize("change", [{"action_id": "other"}, {"channel": None, "container": None}, {"type": "x"}])
async def test_searches_for_something_else_find_nothing(change: dict[str, object]) -> None:
    async def suggest(*_: object) -> tuple[Option, ...]:
        raise AssertionError("nobody asked")

    assert await find_options({**_BODY, **change}, suggest, WorkspaceContext()) == {"options": []}
