"""PDF files that are made when they are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import compress


def pdf(pages: Sequence[str], *, locked: bool = False) -> bytes:
    """Write each page's lines in Helvetica, or, beyond Latin letters, in a Chinese font that readers have."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: _FONTS,
    }
    for number, text in enumerate(pages):
        content = _content(text)
        objects[4 + 2 * number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font 3 0 R >> /Contents %d 0 R >>"
            % (5 + 2 * number)
        )
        objects[5 + 2 * number] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    return _file(objects, _LOCK if locked else b"")


def bomb(megabytes: int) -> bytes:
    """Write a page of nothing but blanks, four times as many megabytes, in a few kilobytes."""
    content = compress(compress(b" " * (megabytes * 1_000_000), 1), 9)
    return _file(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents [4 0 R 4 0 R 4 0 R 4 0 R] >>",
            4: b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (len(content), content),
        },
        b"",
    )


_FONTS = (
    b"<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> "
    b"/F2 << /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts ["
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >> >>"
)
_KEYS = b"/O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b">"
_LOCK = b" /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 " + _KEYS + b" >>"


def _content(text: str) -> bytes:
    shown = "".join(f"{_shown(line)} Tj T* " for line in text.split("\n"))
    return f"BT /{'F1' if text.isascii() else 'F2'} 12 Tf 14 TL 50 750 Td {shown}ET".encode() if text else b""


def _shown(line: str) -> str:
    return f"({line})" if line.isascii() else f"<{line.encode('utf-16-be').hex()}>"


def _file(objects: Mapping[int, bytes], trailer: bytes) -> bytes:
    body, places = b"%PDF-1.4\n", list[int]()
    for number, content in sorted(objects.items()):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(body), len(objects) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return body + b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
