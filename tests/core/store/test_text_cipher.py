# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""What is kept of conversations, with and without keys."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from redis.asyncio import Redis

from core.redis.text_cipher import EncryptedTexts, PlainTexts, TextCipher, UnopenedTextError
from core.settings.value_checks import check_encryption_key
from core.store import Conversations, HistoryMessage, ShownAnswers

OLD, NEW = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in range(2))
CHAT, SECRET = "tg:1:7", "heliotrope"
DAY = timedelta(days=1)


def open_all(redis: Redis, cipher: TextCipher) -> tuple[Conversations, ShownAnswers]:
    return Conversations(redis, messages=10, lifetime=DAY, cipher=cipher), ShownAnswers(
        redis, lifetime=DAY, cipher=cipher
    )


async def write(redis: Redis, cipher: TextCipher, event: str) -> None:
    conversations, answers = open_all(redis, cipher)
    question = HistoryMessage("user", f"{SECRET} {event}", event=event, asker="a")
    await conversations.append(CHAT, f"u{event}", [question, HistoryMessage("assistant", SECRET, uid=f"u{event}")])
    await conversations.save_unanswered(CHAT, question)
    await conversations.put_note(CHAT, "prompt", SECRET)
    await conversations.set_preference(CHAT, "system", SECRET)
    await conversations.set_preference(CHAT, "model", "gpt")
    await answers.add(CHAT, "1", SECRET)


async def read(redis: Redis, cipher: TextCipher) -> list[object]:
    conversations, answers = open_all(redis, cipher)
    preferences, unanswered = await conversations.get_preferences(CHAT), await conversations.get_unanswered(CHAT)
    return [
        [message.content for message in await conversations.get_history(CHAT)],
        unanswered.content if unanswered else None,
        await conversations.get_note(CHAT, "prompt"),
        (preferences.system, preferences.model),
        await answers.list(CHAT),
    ]


async def find_secret(redis: Redis) -> list[object]:
    return [key for key in await redis.keys() if SECRET.encode() in (await redis.dump(key) or b"")]


async def test_no_word_reaches_the_store_and_all_are_read_again(redis: Redis) -> None:
    await redis.config_set("list-compress-depth", 0)
    cipher = EncryptedTexts([NEW])
    await write(redis, cipher, "1")

    assert await find_secret(redis) == []
    assert await read(redis, cipher) == [
        [f"{SECRET} 1", SECRET], f"{SECRET} 1", SECRET, (SECRET, "gpt"), {"1": SECRET},
    ]  # fmt: skip


async def test_keys_are_changed_while_old_and_plain_texts_are_read(redis: Redis) -> None:
    await write(redis, PlainTexts(), "1")
    await write(redis, EncryptedTexts([OLD]), "2")
    conversations, _ = open_all(redis, EncryptedTexts([NEW, OLD]))
    await write(redis, EncryptedTexts([NEW, OLD]), "3")

    assert [message.content for message in await conversations.get_history(CHAT)] == [
        f"{SECRET} 1", SECRET, f"{SECRET} 2", SECRET, f"{SECRET} 3", SECRET,
    ]  # fmt: skip
    await conversations.withdraw(CHAT, "2")
    only_new = await read(redis, EncryptedTexts([NEW]))
    assert only_new[0] == [f"{SECRET} 1", SECRET, f"{SECRET} 3", SECRET]


@pytest.mark.parametrize("cipher", [EncryptedTexts([NEW]), PlainTexts()])
async def test_what_no_key_opens_counts_as_absent(redis: Redis, cipher: TextCipher) -> None:
    await write(redis, EncryptedTexts([OLD]), "1")

    assert await read(redis, cipher) == [[], None, None, (None, "gpt"), {}]


@given(st.text())
def test_every_text_is_read_as_it_was_written(text: str) -> None:
    text = text.replace("\0", "").encode("utf-8", "replace").decode()
    for cipher in (EncryptedTexts([NEW, OLD]), PlainTexts()):
        assert cipher.open(cipher.seal(text)) == text


def test_a_changed_text_does_not_open() -> None:
    sealed = EncryptedTexts([NEW]).seal("words")

    with pytest.raises(UnopenedTextError):
        EncryptedTexts([NEW]).open(sealed[:-3] + "AA=")


@pytest.mark.parametrize("key", ["", "short", "x" * 44, NEW[:-2], f"{NEW}{NEW}"])
def test_a_malformed_key_is_named_before_the_start(key: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        check_encryption_key(SecretStr(key))
    assert check_encryption_key(SecretStr(NEW)).get_secret_value() == NEW
