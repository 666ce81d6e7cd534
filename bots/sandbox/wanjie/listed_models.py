"""The models that the simulated Wanjie lists unless a test or a demo says otherwise."""

MODELS = (
    "qwen3-32b",
    "claude-3.7-sonnet-20250219",
    "gemini-2.5-flash-lite",
    "gemini-2.5-flash",
    "gemini-2.5-pro",
    "claude-sonnet-4-20250514",
    "GPT-4o",
    "GPT-4.1",
    "deepseek-reasoner",
    "qwen3-next",
    "qwen3-coder",
    "kimi-k2",
    "qwen3-235b",
    "CosyVoice",
    "Flux.1-Schnell",
    "deepseek-v3",
)
"""The ids on the Open API's page, in its order."""
