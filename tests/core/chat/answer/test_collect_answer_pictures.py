# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.
"""The pictures of an answer, and what a later owner of its turn finds of them."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import pytest
from redis.asyncio import Redis

from core.chat.answer.collect_answer_pictures import AnswerPictures
from core.queue import Job
from core.redis.text_cipher import PLAIN_TEXTS, EncryptedTexts, TextCipher
from core.store import AnswerFiles
from core.store.redis_keys import answer_files_key
from core.wanjie import ImageData, ImageLink

_LINK = ImageLink("https://example.com/a.png")
_KEY, _OTHER_KEY = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in range(2))


def _pictures(redis: Redis, state: dict[str, str], cipher: TextCipher = PLAIN_TEXTS) -> AnswerPictures:
    """Those of a turn whose checkpoint is `state`."""

    async def keep(fields: Mapping[str, str]) -> bool:
        state.update(fields)
        return False

    turn = Job(lane="tg:1:2", event_id="e1", payload=b"", attempt=1, state=dict(state), save_checkpoint=keep)
    return AnswerPictures(AnswerFiles(redis, cipher), turn, "tg:1:2")


async def test_a_later_owner_finds_the_pictures_in_order_and_the_number_of_lost_ones(redis: Redis) -> None:
    state: dict[str, str] = {}
    pictures = _pictures(redis, state)
    await pictures.begin()
    for image in (ImageData(b"one"), None, _LINK):
        await pictures.add(image)
    later = _pictures(redis, state)
    await later.restore()

    assert (later.found, later.lost) == ([ImageData(b"one"), _LINK], 1)


async def test_an_answer_written_again_has_only_its_new_pictures(redis: Redis) -> None:
    state: dict[str, str] = {}
    await _pictures(redis, state).add(ImageData(b"one"))
    anew = _pictures(redis, state)
    await anew.begin()
    await anew.add(_LINK)
    later = _pictures(redis, state)
    await later.restore()

    assert (later.found, later.lost) == ([_LINK], 0)


async def test_posted_pictures_are_not_found_again(redis: Redis) -> None:
    state: dict[str, str] = {}
    pictures = _pictures(redis, state)
    await pictures.add(ImageData(b"one"))
    await pictures.forget()
    later = _pictures(redis, state)
    await later.restore()

    assert (later.found, later.lost) == ([], 0)
    assert not await redis.exists("af:{tg:1:2}:e1")


async def test_pictures_lost_by_the_store_are_counted(redis: Redis) -> None:
    state: dict[str, str] = {}
    await _pictures(redis, state).add(ImageData(b"one"))
    await redis.delete("af:{tg:1:2}:e1")
    later = _pictures(redis, state)
    await later.restore()

    assert (later.found, later.lost) == ([], 1)


@pytest.mark.parametrize(("size", "kept"), [(12_000_000, 1), (9_000_000, 2)])
async def test_stored_pictures_of_an_answer_have_a_size_limit(redis: Redis, size: int, kept: int) -> None:
    state: dict[str, str] = {}
    pictures = _pictures(redis, state)
    for _ in range(2):
        await pictures.add(ImageData(bytes(size)))
    later = _pictures(redis, state)
    await later.restore()

    assert (len(pictures.found), len(later.found), later.lost) == (2, kept, 2 - kept)


async def test_a_stored_picture_expires(redis: Redis) -> None:
    await _pictures(redis, {}).add(_LINK)

    assert 0 < await redis.ttl("af:{tg:1:2}:e1") <= 24 * 3600


async def test_with_keys_pictures_are_encrypted_and_those_from_before_are_read(redis: Redis) -> None:
    state: dict[str, str] = {}
    await _pictures(redis, state).add(ImageData(b"plain"))
    first = _pictures(redis, state, EncryptedTexts([_KEY]))
    await first.restore()
    for image in (ImageData(b"heliotrope"), _LINK):
        await first.add(image)
    stored = str(await redis.lrange(answer_files_key("tg:1:2", "e1"), 0, -1))
    later, without_key = (_pictures(redis, state, EncryptedTexts([key])) for key in (_KEY, _OTHER_KEY))
    await later.restore()
    await without_key.restore()

    assert (later.found, later.lost) == ([ImageData(b"plain"), ImageData(b"heliotrope"), _LINK], 0)
    assert (without_key.found, without_key.lost) == ([ImageData(b"plain")], 2)
    assert [word for word in ("plain", "heliotrope", "example") if word in stored] == ["plain"]
