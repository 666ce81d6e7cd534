# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Deleting what is stored of a chat or of a person."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from core.redis import EmbeddedRedis, connect
from core.store import AnswerFiles, Conversations, Erasure, HistoryMessage, ShownAnswers

GROUP, PRIVATE, THREAD, OTHER = "tg:1:-5", "tg:1:7", "tg:1:7:3", "tg:1:77"
DAY = timedelta(days=1)


@pytest.fixture
def conversations(redis: Redis) -> Conversations:
    return Conversations(redis, messages=20, lifetime=DAY)


def exchange(asker: str, words: str, uid: str, *, event: str = "") -> list[HistoryMessage]:
    return [HistoryMessage("user", words, asker=asker, event=event), HistoryMessage("assistant", "yes", uid=uid)]


async def fill(redis: Redis, conversations: Conversations, chat: str) -> None:
    """Store something of every kind in a chat."""
    await conversations.append(chat, "u1", exchange("7", "hello", "u1"))
    await conversations.save_unanswered(chat, HistoryMessage("user", "well?", asker="7"))
    await conversations.put_note(chat, "order:1:7", "a cat")
    await conversations.set_preference(chat, "system", "Be brief.")
    await ShownAnswers(redis, lifetime=DAY).add(chat, "u1", "yes")
    await AnswerFiles(redis).add(chat, "u1", b"picture")


async def list_keys(redis: Redis) -> set[str]:
    return {key.decode() for key in cast("list[bytes]", await redis.keys())}


@pytest.mark.parametrize(("threads", "spared"), [(False, {THREAD}), (True, set[str]())])
async def test_all_of_a_chat_is_deleted_and_nothing_of_others(
    redis: Redis, conversations: Conversations, *, threads: bool, spared: set[str]
) -> None:
    for chat in (PRIVATE, THREAD, OTHER, GROUP):
        await fill(redis, conversations, chat)

    await Erasure(redis, owns_server=False).delete_chat(PRIVATE, threads=threads)

    left = {key.partition("{")[2].partition("}")[0] for key in await list_keys(redis)}
    assert left == {OTHER, GROUP} | spared


async def test_preferences_and_named_notes_may_stay(redis: Redis, conversations: Conversations) -> None:
    await fill(redis, conversations, PRIVATE)
    await conversations.put_note(PRIVATE, "deleted:9", "1")

    await Erasure(redis, owns_server=False).delete_chat(PRIVATE, preferences=False, kept_notes=("deleted:",))

    assert await list_keys(redis) == {f"p:{{{PRIVATE}}}", f"n:{{{PRIVATE}}}:deleted:9"}


async def test_a_person_s_questions_are_removed_from_groups_and_those_of_others_stay(
    redis: Redis, conversations: Conversations
) -> None:
    await conversations.append(GROUP, "u1", exchange("7", "Ann: mine", "u1"))
    await conversations.append(GROUP, "u2", exchange("77", "Ann: another Ann's", "u2"))
    await conversations.append(GROUP, "u3", exchange("", "Ann: mine of old", "u3"))
    await conversations.append(GROUP, "u4", exchange("", "Anna: not mine", "u4"))
    await conversations.save_unanswered(GROUP, HistoryMessage("user", "Ann: well?", asker="7"))
    for uid in ("u1", "u2"):
        await ShownAnswers(redis, lifetime=DAY).add(GROUP, uid, "yes")
        await AnswerFiles(redis).add(GROUP, uid, b"picture")
    for note in ("order:1:7", "order:1:77", "file:7"):
        await conversations.put_note(GROUP, note, "words")
    await conversations.append("tg:2:-5", "u1", exchange("7", "another bot's", "u1"))

    await Erasure(redis, owns_server=False).delete_person("tg:1", "7", speaker="Ann: ")

    left = [message.content for message in await conversations.get_history(GROUP) if message.role == "user"]
    assert left == ["Ann: another Ann's", "Anna: not mine"]
    assert await conversations.get_unanswered(GROUP) is None
    assert set(await ShownAnswers(redis, lifetime=DAY).list(GROUP)) == {"u2"}
    assert [await conversations.get_note(GROUP, note) for note in ("order:1:7", "order:1:77", "file:7")] == [
        None,
        "words",
        None,
    ]
    assert await AnswerFiles(redis).list(GROUP, "u1") == []
    assert await AnswerFiles(redis).list(GROUP, "u2") == [b"picture"]
    assert await conversations.get_history("tg:2:-5")
    assert await redis.ttl(f"h:{{{GROUP}}}") > 0


async def test_an_id_with_signs_of_patterns_means_nobody_else(redis: Redis, conversations: Conversations) -> None:
    await conversations.put_note(GROUP, "order:1:77", "words")

    await Erasure(redis, owns_server=False).delete_person("tg:1", "7*", speaker="")
    await Erasure(redis, owns_server=False).delete_chat("tg:1:*")

    assert await conversations.get_note(GROUP, "order:1:77") == "words"


async def test_the_append_only_file_keeps_no_deleted_words(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as url:
        redis = connect(url)
        conversations, erasure = Conversations(redis, messages=20, lifetime=DAY), Erasure(redis, owns_server=True)
        await conversations.append(PRIVATE, "u1", exchange("7", "canary", "u1"))
        assert _holds(tmp_path, b"canary")

        await erasure.delete_chat(PRIVATE)
        await erasure.rewrite_log()
        while (await redis.info("persistence"))["aof_rewrite_in_progress"]:
            pass
        await redis.aclose()

        assert not _holds(tmp_path, b"canary")


def _holds(folder: Path, words: bytes) -> bool:
    return any(words in path.read_bytes() for path in folder.rglob("*.aof*") if path.is_file())
