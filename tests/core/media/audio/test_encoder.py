"""Joining sounds."""

from __future__ import annotations

import hashlib
from array import array
from pathlib import Path
from typing import Literal

import pytest

from bots.sandbox.wanjie.sample_media import make_mp3, make_png
from core.media.audio.decoder import open_recording
from core.media.audio.encoder import join_audio
from core.media.decoding_results import AudioTooLongError, UnreadableAudioError
from tests.core.media.audio_files import SLOWEST_FRAME, play, tagged, tone

Into = Literal["opus", "mp3"]
FRAME = 96
"""Bytes in one of `tone`'s frames."""
NOISE = b"".join(hashlib.sha256(bytes([number % 256, number // 256])).digest() for number in range(1200))
both = pytest.mark.parametrize("into", ["opus", "mp3"])
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"


def test_a_voice_note_is_opus_at_48_khz_on_one_channel() -> None:
    sound = join_audio([tone(1.5)], "opus")
    played = play(sound.data)

    assert sound.data.startswith(b"OggS")
    assert sound.data[28:36] == b"OpusHead"
    assert (played.container, played.codec, played.rate, played.layout) == ("ogg", "opus", 48_000, "mono")
    assert sound.seconds == pytest.approx(1.5)
    assert played.seconds == pytest.approx(sound.seconds)
    assert played.shown == pytest.approx(sound.seconds, abs=0.02)
    assert played.loudest > 5000


def test_a_single_mp3_is_unchanged_where_mp3_is_wanted() -> None:
    piece = tagged(tone(1.0, layout="stereo"), make_png(32, 32, 1))
    sound = join_audio([piece], "mp3")

    assert sound.data == piece
    assert sound.seconds == pytest.approx(1.0)


def test_several_mp3_files_become_one_whose_length_players_show() -> None:
    sound = join_audio([tone(1.0), tone(0.5)], "mp3")
    played = play(sound.data)

    assert (played.container, played.codec, played.layout) == ("mp3", "mp3", "mono")
    assert sound.seconds == pytest.approx(1.5)
    assert played.seconds == pytest.approx(1.5)
    assert played.shown == pytest.approx(1.5)
    assert played.loudest > 5000


@both
def test_pieces_of_every_form_can_be_joined(into: Into) -> None:
    pieces = [
        tone(0.5),
        tone(0.5, rate=44_100, layout="stereo"),
        tone(0.5, rate=16_000, form="wav", codec="pcm_s16le"),
        tone(0.5, rate=48_000, form="ogg", codec="libopus"),
        tone(0.5, rate=22_050, form="flac", codec="flac"),
        tagged(tone(0.5), make_png(64, 64, 2)),
    ]
    sound = join_audio(pieces, into)

    assert sound.seconds == pytest.approx(3.0, abs=0.01)
    assert play(sound.data).seconds == pytest.approx(sound.seconds, abs=0.001)


def test_a_wave_file_does_not_pass_for_mp3() -> None:
    assert play(join_audio([tone(0.5, form="wav", codec="pcm_s16le")], "mp3").data).container == "mp3"


@both
def test_the_simulator_s_speech_can_be_joined(into: Into) -> None:
    text = "Hello, here I am."
    sound = join_audio([make_mp3(text), make_mp3(text)], into)

    assert sound.seconds == pytest.approx(2 * len(text) / 5, abs=0.1)


@both
def test_tags_between_appended_files_are_harmless(into: Into) -> None:
    bare = tone(1.0, rate=22_050, options={"write_xing": "0", "id3v2_version": "0"})

    assert join_audio([bare + tone(1.0) + bare], into).seconds == pytest.approx(3.0, abs=0.2)


@both
def test_a_title_in_any_script_is_harmless(into: Into) -> None:
    piece = tagged(tone(0.5), make_png(8, 8, 1)).replace(b"\0Hello", b"\x03H\xff\xfe\xfdo")

    assert join_audio([piece], into).seconds == pytest.approx(0.5)


@both
@pytest.mark.parametrize(
    "piece",
    [
        b"",
        b'{"error": {"message": "unknown voice", "code": 400}}',
        b"<html><body>" + b"<p>Bad gateway</p>" * 2000,
        NOISE,
        bytes(40_000),
        make_png(64, 64, 1),
        PLAYLIST,
        tone(1.0)[:100],
        tone(1.0)[:1000],
        tone(2.0)[:4500],
        tone(0.04),
        tone(0.07, form="wav", codec="pcm_s16le"),
        tone(5.0, rate=4000, form="wav", codec="pcm_u8"),
    ],
    ids=[
        *("empty", "JSON", "HTML", "noise", "zeros", "picture", "playlist"),
        *("no frame", "some frames", "half", "short", "too short", "too slow"),
    ],
)
def test_incomplete_audio_is_refused(piece: bytes, into: Into) -> None:
    with pytest.raises(UnreadableAudioError):
        join_audio([piece], into)


@both
def test_one_broken_piece_fails_the_whole(into: Into) -> None:
    with pytest.raises(UnreadableAudioError):
        join_audio([tone(0.5), tone(2.0)[:4500]], into)


@both
def test_a_sound_with_many_broken_packets_is_refused(into: Into) -> None:
    piece = bytearray(tone(3.0, options={"write_xing": "0", "id3v2_version": "0"}))
    for frame in range(0, len(piece), 4 * FRAME):
        piece[frame + 4 : frame + FRAME] = b"\xff" * (FRAME - 4)

    with pytest.raises(UnreadableAudioError, match="broken"):
        join_audio([bytes(piece)], into)


@both
def test_a_list_of_files_opens_none(into: Into, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.mp3").write_bytes(tone(1.0))
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UnreadableAudioError):
        join_audio([b"ffconcat version 1.0\nfile secret.mp3\n"], into)


def test_a_sound_of_more_than_an_hour_is_refused() -> None:
    with pytest.raises(AudioTooLongError, match="3600"):
        join_audio([SLOWEST_FRAME * 50_100], "mp3")


@both
def test_a_syllable_is_long_enough(into: Into) -> None:
    assert join_audio([tone(0.12)], into).seconds == pytest.approx(0.12)


@both
def test_an_empty_list_of_pieces_is_refused(into: Into) -> None:
    with pytest.raises(UnreadableAudioError):
        join_audio([], into)


@both
def test_more_than_64_megabytes_are_not_opened(into: Into) -> None:
    piece = tone(0.5) + bytes(33 * 1024 * 1024)

    with pytest.raises(AudioTooLongError, match="bytes"):
        join_audio([piece, piece], into)


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    join_audio([tone(1.5) + NOISE[:2000]], "opus")
    with pytest.raises(UnreadableAudioError):
        join_audio([PLAYLIST], "opus")

    assert capfd.readouterr() == ("", "")


def test_silence_is_never_complete() -> None:
    """Since encoders take twice as long over nothing but zeros."""
    with open_recording(make_mp3("Hello")) as recording:
        samples = b"".join(bytes(frame.planes[0])[: 2 * frame.samples] for frame in recording.decode_resampled(48_000))

    assert 0 < max(array("h", samples)) < 5
