"""Requests with pictures: written in pieces, so that nobody waits for them, and sent again as a whole."""

from __future__ import annotations

import json
import time

from aiohttp import web

from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.wanjie import ChatMessage, ChatRequest, WanjieClient
from core.wanjie.request_body import encode_json
from tests.core.wanjie.raw_server import ClientFactory, RawServer

_PICTURE = "data:image/png;base64," + "iVBORw0KGgo" * 180_000
_REQUEST = ChatRequest("GPT-4o", (ChatMessage("user", "中\ud83d What is this?", images=(_PICTURE,) * 8),))


def test_a_request_with_pictures_is_encoded_with_pauses() -> None:
    encoding, steps = encode_json(_REQUEST.as_json(stream=True)), list[float]()
    while True:
        begun = time.thread_time()
        try:
            encoding.send(None)
        except StopIteration as ended:
            pieces: list[bytes] = ended.value
            break
        finally:
            steps.append(time.thread_time() - begun)

    written = json.dumps(_REQUEST.as_json(stream=True), ensure_ascii=False).encode(errors="replace")
    assert b"".join(pieces) == written
    assert max(map(len, pieces)) <= 256 * 1024
    assert max(steps) < sum(steps) / 3


async def test_a_request_with_pictures_is_sent_again_as_a_whole(sim: WanjieSim, client: WanjieClient) -> None:
    sim.script.fail_next.append(Failure(503))

    await client.complete_chat(_REQUEST)

    first, second = (request.body["messages"][0]["content"] for request in sim.requests)
    assert first == second
    assert [part["image_url"]["url"] for part in first[1:]] == [_PICTURE] * 8


async def test_the_length_of_a_request_is_told(client_for: ClientFactory, raw_server: RawServer) -> None:
    lengths = list[int | None]()

    async def count(request: web.Request) -> web.StreamResponse:
        lengths.append(request.content_length)
        await request.read()
        return web.json_response({"choices": [{"message": {"content": "A cat."}}]})

    picture = _PICTURE[:600_000]
    async with client_for(base_url=await raw_server(count)) as client:
        await client.complete_chat(ChatRequest("GPT-4o", (ChatMessage("user", "What is this?", images=(picture,)),)))

    assert lengths[0] is not None
    assert lengths[0] > len(picture)
