"""Checking whether Wanjie accepts the key and has the configured models, for the operator."""

from __future__ import annotations

from typing import Literal

from core.error_words import keep_error_words
from core.settings import WanjieSettings, hide_credentials
from core.wanjie import (
    Catalog,
    KeyRejectedError,
    QuotaExhaustedError,
    ServerFaultError,
    TooManyRequestsError,
    UnreachableError,
    WanjieError,
)

from .check_findings import Finding, FindingState


async def check_wanjie(catalog: Catalog, settings: WanjieSettings) -> list[Finding]:
    """List the models of the key; report whether it is accepted, how many there are, and which are missing."""
    try:
        kinds = [model.kind for model in await catalog.list_models()]
    except WanjieError as error:
        return [explain_wanjie_error(error, settings.base_url)]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) or "none"
    default = await catalog.choose_default("chat")
    if default is None:
        text, advice = (
            f"The key has no chat model (models: {counts}).",
            "Enable one on the Wanjie platform.",
        )
        return [Finding("Wanjie", FindingState.FAILED, text, advice)]
    text = f"The key is accepted. Models: {counts}; default: {default}."
    return [Finding("Wanjie", FindingState.OK, text), *await _find_unlisted_models(catalog, settings)]


async def _find_unlisted_models(catalog: Catalog, settings: WanjieSettings) -> list[Finding]:
    """Return a warning for each configured model that the key does not have."""
    configured: dict[str, tuple[str | None, Literal["chat", "speech", "image"] | None]] = {
        "WANJIE_DEFAULT_MODEL": (settings.default_model, "chat"),
        "WANJIE_SPEECH_MODEL": (settings.speech_model, "speech"),
        "WANJIE_IMAGE_MODEL": (settings.image_model, "image"),
        "WANJIE_TRANSCRIBE_MODEL": (settings.transcribe_model, None),
    }
    findings: list[Finding] = []
    for variable, (model, kind) in configured.items():
        if model is None or await catalog.has_model(model):
            continue
        replacement = await catalog.choose_default(kind) if kind else None
        text = f"{variable} {model} is not available with this key" + (
            f"; {replacement} is used instead." if replacement else "."
        )
        findings.append(
            Finding("Wanjie", FindingState.WARNING, text, f"Set {variable} to a model of the key, or unset it.")
        )
    return findings


def explain_wanjie_error(error: WanjieError, base_url: str) -> Finding:
    """Explain why the models could not be listed."""
    address = hide_credentials(base_url)
    status = f" (status {error.status})" if error.status else ""
    match error:
        case QuotaExhaustedError():
            text, advice = f"The account of this key has no credit left{status}.", "Top it up."
        case KeyRejectedError():
            text = f"Wanjie does not accept WANJIE_API_KEY{status}."
            advice = "Copy the key again from the personal centre of the Wanjie Ark platform."
        case UnreachableError() | ServerFaultError() | TooManyRequestsError():
            text, advice = (
                f"{address} does not answer: {keep_error_words(str(error))}.",
                "Check WANJIE_BASE_URL, the network and the proxy.",
            )
            return Finding("Wanjie", FindingState.UNREACHABLE, text, advice)
        case _:
            text = f"{address} answers, but not as the Wanjie Open API{status}."
            advice = "Check WANJIE_BASE_URL, and any gateway on the way to it."
    return Finding("Wanjie", FindingState.FAILED, text, advice)
