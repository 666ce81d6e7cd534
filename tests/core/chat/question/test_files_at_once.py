"""Files of many people do not pile up in the process."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from bots.sandbox.wanjie.simulator import WanjieSim
from core.chat.port.incoming import Attachment, Sender
from core.chat.question.build_question import QuestionBuilder
from tests.core.chat.sent_files import PHOTO, REPORT, VOICE, Mail, picture, sent
from tests.core.metered import PAYER


@dataclass
class SlowMail(Mail):
    """Counts the files that are on their way."""

    under_way: int = 0
    peak: int = 0

    async def download_file(self, file: str, *, max_bytes: int) -> bytes:
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)
        await asyncio.sleep(0.01)
        self.under_way -= 1
        return await super().download_file(file[:2], max_bytes=max_bytes)


@pytest.mark.parametrize("attachment", [PHOTO, REPORT, VOICE], ids=["picture", "document", "voice"])
@pytest.mark.parametrize(("people", "peak"), [(1, 2), (2, 4), (6, 4)])
async def test_four_files_are_taken_at_a_time_and_two_of_one_person(
    reading_with: Callable[..., QuestionBuilder], sim: WanjieSim, attachment: Attachment, people: int, peak: int
) -> None:
    sim.script.models += ("SenseVoiceSmall",)
    reading = reading_with(transcribe_model="SenseVoiceSmall")
    mail = SlowMail({"p1": picture(), "d1": b"words", "v1": b"sound"})
    files = [replace(attachment, id=f"{attachment.id}{number}") for number in range(12)]
    messages = [replace(sent(file), sender=Sender(str(number % people))) for number, file in enumerate(files)]
    await asyncio.gather(
        *(
            reading.build(message, mail, [], model="GPT-4o", payer=replace(PAYER, person=message.person))
            for message in messages
        )
    )

    assert mail.peak == peak
    assert len(mail.fetched) == 12
