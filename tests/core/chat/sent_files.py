"""Files to send, and a platform that hands them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from core.chat.port.errors import ContentRejectedError, FileTooLargeError
from core.chat.port.incoming import Attachment, ChatRef, Incoming, Sender
from core.chat.port.outbox import Activity
from tests.core.chat.outboxes import NoOutbox


@dataclass
class Mail(NoOutbox):
    """An outbox that only hands out files; `script` holds errors to be raised first, one a call."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    script: list[Exception] = field(default_factory=list[Exception])
    fetched: list[str] = field(default_factory=list[str])
    signs: list[Activity] = field(default_factory=list[Activity])

    async def download_file(self, file: str, *, max_bytes: int) -> bytes:
        self.fetched.append(file)
        if self.script:
            raise self.script.pop(0)
        if file not in self.files:
            raise ContentRejectedError("no such file")
        if len(self.files[file]) > max_bytes:
            raise FileTooLargeError("too large")
        return self.files[file]

    async def show_activity(self, doing: Activity = "writing") -> None:
        self.signs.append(doing)


VOICE = Attachment("voice", "v1", mime="audio/ogg", size=5)
PHOTO = Attachment("image", "p1", mime="image/jpeg")
REPORT = Attachment("document", "d1", name="report.txt", mime="text/plain")


def sent(*attachments: Attachment, text: str = "", quoted: str = "", to: tuple[Attachment, ...] = ()) -> Incoming:
    """A private message with files, `to` a message that says `quoted` with files of its own."""
    return Incoming(
        ChatRef("tg", "1", "2"),
        "1",
        "10",
        Sender("7", "Ada"),
        text,
        direct=True,
        attachments=attachments,
        quoted=quoted,
        quoted_attachments=to,
    )


def picture(width: int = 40, height: int = 30, kind: str = "PNG") -> bytes:
    """A plain picture."""
    file = BytesIO()
    Image.new("RGB", (width, height), "orange").save(file, kind)
    return file.getvalue()


def pdf(*pages: str, locked: bool = False) -> bytes:
    """A PDF with lines of ASCII text on each page, none where it is ""; `locked`: nobody knows the password.

    What reaches beyond the edge of a page (some 80 characters, 50 lines) is not seen.
    """
    count = len(pages)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, text in enumerate(pages):
        lines = "".join(f"({line}) Tj T* " for line in text.splitlines())
        drawn = f"BT /F1 12 Tf 14 TL 20 750 Td {lines}ET" if text else ""
        look = "/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R>>>>"
        objects += [
            f"<</Type/Page/Parent 2 0 R{look}/Contents {5 + 2 * number} 0 R>>",
            f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream",
        ]
    if locked:
        secret = "<" + "41" * 32 + ">"
        objects.append(f"<</Filter/Standard/V 1/R 2/O {secret}/U {secret}/P -4>>")
    return _written(objects, locked=locked)


def _written(objects: list[str], *, locked: bool) -> bytes:
    body, places = "%PDF-1.4\n", list[int]()
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    security = f"/Encrypt {len(objects)} 0 R/ID[<41><41>]" if locked else ""
    size = len(objects) + 1
    trailer = f"trailer<</Size {size}/Root 1 0 R{security}>>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
