"""Streams: bytes → events (`sse`) → frames (`stream_reader`) → chunks (`responses`) → deltas (`answer_builder`)."""
