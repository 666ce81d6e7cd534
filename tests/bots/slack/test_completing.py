"""What an event leaves out: the files of other workspaces."""

from __future__ import annotations

import pytest

from bots.sandbox.slack_state import SlackFile
from core.chat.files import sort_of
from core.chat.message import Attachment, Incoming
from core.chat.outbox import RefusedError
from tests.bots.slack.conftest import Scene
from tests.bots.slack.listening import Listener


async def _shared(scene: Scene, listener: Listener) -> tuple[SlackFile, Incoming]:
    """Somebody from another workspace asks about a picture."""
    file = scene.ann.file("cat.png", b"\x89PNG", mimetype="image/png")
    file.access = "check_file_info"
    await scene.ann.say(scene.channel, f"{scene.slack.mention} what is it?", files=[file])
    return file, await _asked(listener)


async def _asked(listener: Listener) -> Incoming:
    while not (incoming := await listener.next()).attachments:
        pass
    return incoming


async def test_a_file_of_another_workspace_is_looked_up(scene: Scene, listener: Listener) -> None:
    file, incoming = await _shared(scene, listener)
    (known,) = (await scene.platform.complete(incoming)).attachments

    assert incoming.attachments == (Attachment("other", file.id),)
    assert known == Attachment("image", file.id, "cat.png", "image/png", 4)
    assert scene.slack.count("files.info") == 1


@pytest.mark.parametrize("error", ["file_not_found", "access_denied", "internal_error", "ratelimited"])
async def test_a_file_that_cannot_be_looked_up_is_read_to_see_why(scene: Scene, listener: Listener, error: str) -> None:
    file, incoming = await _shared(scene, listener)
    scene.slack.faults.fail("files.info", error)
    (known,) = (await scene.platform.complete(incoming)).attachments

    assert known == Attachment("document", file.id)
    assert sort_of(known) == "document"


async def test_a_file_that_is_gone_is_read_to_see_why(scene: Scene, listener: Listener) -> None:
    file, incoming = await _shared(scene, listener)
    file.mode = "tombstone"
    (known,) = (await scene.platform.complete(incoming)).attachments
    with pytest.raises(RefusedError):
        await scene.outbox.fetch(known.id, most=10)

    assert known == Attachment("document", file.id)


async def test_what_the_event_tells_is_not_asked_for(scene: Scene, listener: Listener) -> None:
    file = scene.ann.file("cat.png", b"\x89PNG", mimetype="image/png")
    await scene.ann.say(scene.channel, f"{scene.slack.mention} what is it?", files=[file])
    incoming = await _asked(listener)

    assert await scene.platform.complete(incoming) == incoming
    assert scene.slack.count("files.info") == 0
