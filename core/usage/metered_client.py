"""Calls to models, each counted for whom it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from core.metrics import Metrics
from core.wanjie import (
    Attempts,
    ChatRequest,
    Completion,
    Delta,
    ImageRequest,
    ImageResult,
    ReadingPace,
    SpeechRequest,
    TooSlowError,
    TranscriptionRequest,
    WanjieClient,
)

from .call_amounts import (
    NOTHING,
    Amount,
    AnswerMeter,
    estimate_answer,
    estimate_input,
    estimate_recording,
    read_seconds,
)
from .counters import UsageCounters
from .limits_and_warnings import ModelNotAllowedError
from .payer import Payer


@dataclass(slots=True)
class _Charge:
    """What a call has used by now."""

    amount: Amount = NOTHING


class MeteredClient:
    """The calls of `WanjieClient`, for a payer.

    Each call is counted before it is made and corrected when it has ended, however it ends. The first call of an event
    raises `LimitReachedError` or `TooManyQuestionsError` when it would pass a limit; all raise `STORE_ERRORS`, and
    `ModelNotAllowedError` for a model that the payer may not use.
    """

    def __init__(self, client: WanjieClient, counters: UsageCounters, metrics: Metrics) -> None:
        self._client = client
        self._counters = counters
        self._metrics = metrics

    def new_attempts(self) -> Attempts:
        """See `WanjieClient.new_attempts`."""
        return self._client.new_attempts()

    async def download(self, url: str, *, max_bytes: int) -> bytes:
        """See `WanjieClient.download`; the picture behind a link was paid for when it was drawn."""
        return await self._client.download(url, max_bytes=max_bytes)

    async def complete_chat(self, request: ChatRequest, payer: Payer) -> Completion:
        """See `WanjieClient.complete_chat`."""
        sent = estimate_input(request)
        async with self._charge(payer, request.model, estimate_answer(request, sent), sent) as charge:
            completion = await self._client.complete_chat(request)
            meter = AnswerMeter(sent)
            meter.add_completion(completion)
            charge.amount = meter.measure()
        return completion

    async def stream_chat(
        self,
        request: ChatRequest,
        payer: Payer,
        attempts: Attempts | None = None,
        *,
        pace: ReadingPace | None = None,
    ) -> AsyncGenerator[Delta]:
        """See `WanjieClient.stream_chat`."""
        sent = estimate_input(request)
        meter = AnswerMeter(sent)
        async with (
            self._charge(payer, request.model, estimate_answer(request, sent), sent) as charge,
            aclosing(self._client.stream_chat(request, attempts, pace=pace)) as deltas,
        ):
            try:
                async for delta in deltas:
                    meter.add(delta)
                    yield delta
            finally:
                charge.amount = meter.measure() if meter.has_begun else NOTHING

    async def synthesize_speech(self, request: SpeechRequest, payer: Payer, attempts: Attempts | None = None) -> bytes:
        """See `WanjieClient.synthesize_speech`."""
        amount = Amount(calls=1, characters=len(request.text))
        async with self._charge(payer, request.model, amount, amount) as charge:
            sound = await self._client.synthesize_speech(request, attempts)
            charge.amount = amount
        return sound

    async def transcribe(self, request: TranscriptionRequest, payer: Payer) -> str:
        """See `WanjieClient.transcribe`."""
        guess = estimate_recording(request)
        async with self._charge(payer, request.model, guess, guess) as charge:
            transcript = await self._client.transcribe(request)
            charge.amount = read_seconds(transcript.seconds, guess)
        return transcript.text

    async def generate_images(self, request: ImageRequest, payer: Payer) -> list[ImageResult]:
        """See `WanjieClient.generate_images`."""
        amount = Amount(calls=1, pictures=request.n)
        async with self._charge(payer, request.model, amount, amount) as charge:
            images = await self._client.generate_images(request)
            charge.amount = Amount(calls=1, pictures=len(images))
        return images

    @asynccontextmanager
    async def _charge(self, payer: Payer, model: str, reserve: Amount, sent: Amount) -> AsyncGenerator[_Charge]:
        """Reserve an amount for a call and settle what it has used.

        A call that failed has used nothing, unless it was given up while the model may have worked: then `sent` counts.
        """
        if not payer.allows(model):
            raise ModelNotAllowedError(model)
        reservation = await self._counters.reserve(payer, model, reserve)
        charge = _Charge()
        try:
            yield charge
        except (TooSlowError, asyncio.CancelledError, GeneratorExit):
            charge.amount = charge.amount if charge.amount.calls else sent
            raise
        finally:
            self._measure(model, charge.amount)
            await self._counters.settle(reservation, charge.amount)

    def _measure(self, model: str, amount: Amount) -> None:
        self._metrics.models.note_usage(
            model,
            input_tokens=amount.input_tokens,
            output_tokens=amount.output_tokens,
            pictures=amount.pictures,
            seconds=amount.seconds,
            characters=amount.characters,
        )
