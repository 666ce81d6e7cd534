"""Files of few bytes that are expensive to decode."""

from __future__ import annotations

import struct

_MAX_EOB_RUN = 32_767
"""Blocks that one code of a progressive JPEG can skip: 14 bits behind it (ITU-T T.81, G.1.2.2)."""


def progressive_jpeg(width: int, height: int, scans: int) -> bytes:
    """Make a grey picture whose `scans` scans each say in a few bytes that every block of it stays as it is."""
    blocks = -(-width // 8) * -(-height // 8)
    return b"".join(
        [
            b"\xff\xd8",
            _segment(0xDB, b"\0" + b"\1" * 64),
            _segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"),
            _huffman_table(0x00, [0]),
            _huffman_table(
                0x10, [0xE0, 0xD0, 0xC0, 0xB0, 0xA0, 0x90, 0x80, 0x70, 0x60, 0x50, 0x40, 0x30, 0x20, 0x10, 0]
            ),
            _scan(0, 0, "0" * blocks),
            _scan(1, 63, _skip(blocks)) * (scans - 1),
            b"\xff\xd9",
        ]
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def _huffman_table(number: int, symbols: list[int]) -> bytes:
    """Give the first symbol one bit, the second two, and so on."""
    lengths = bytes(length < len(symbols) for length in range(16))
    return _segment(0xC4, bytes([number]) + lengths + bytes(symbols))


def _scan(first: int, last: int, bits: str) -> bytes:
    padded = bits + "1" * (-len(bits) % 8)
    data = int(padded, 2).to_bytes(len(padded) // 8, "big").replace(b"\xff", b"\xff\0")
    return _segment(0xDA, bytes([1, 1, 0, first, last, 0])) + data


def _skip(blocks: int) -> str:
    bits = ""
    while blocks:
        run = min(blocks, _MAX_EOB_RUN)
        power = run.bit_length() - 1
        bits += "1" * (14 - power) + "0" + (f"{run - (1 << power):0{power}b}" if power else "")
        blocks -= run
    return bits
