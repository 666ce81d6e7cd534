"""Generating documents from the code, so that they always agree with it."""

from __future__ import annotations

from bots.settings import PLATFORM_AREAS
from bots.slack.events.workspace_context import EVERY_COMMAND
from bots.slack.manifest import MessageShortcut, SlashCommand, render_manifest
from core.chat.commands import COMMANDS, Command
from core.chat.text.chinese_command_names import CHINESE_NAMES
from core.chat.text.translations import Translations
from core.settings import Variable, list_areas, list_variables

_EVERY_COMMAND_DESCRIPTION = "Any command of the bot by its name"
_MAX_CHINESE_NAMES = 3
"""Names listed in the document; the bot accepts others as well."""
_GENERATED_NOTICE = "made by `make docs`; do not edit"


def generate_documents() -> dict[str, str]:
    """Generate every document; the keys are paths in the repository."""
    return {
        ".env.example": generate_env_example(),
        "docs/commands.md": generate_commands_page(),
        "docs/configuration.md": generate_configuration_page(),
        "deploy/slack-manifest.yaml": generate_manifest(),
    }


def generate_manifest(
    request_url: str = "", command_prefix: str = "", redirect_url: str = "", *, agent: bool = True
) -> str:
    """Generate the manifest of the Slack app, with every command; "" for `request_url` means Socket Mode.

    `command_prefix` begins the names of the slash commands, but for the one that takes all of them; the rest is as in
    `render_manifest`.
    """
    sentences = Translations()
    described = [(command, sentences.text(f"command.{command.name}", "en")) for command in COMMANDS]
    return render_manifest(
        [
            SlashCommand(EVERY_COMMAND, _EVERY_COMMAND_DESCRIPTION, "model kimi"),
            *(
                SlashCommand(command_prefix + command.name, text, _get_usage(command, sentences, "en"))
                for command, text in described
                if not command.typed_only
            ),
        ],
        [
            MessageShortcut(command.name, sentences.plain_text(f"shortcut.{command.name}", "en"), text)
            for command, text in described
            if command.shortcut
        ],
        request_url,
        redirect_url,
        agent=agent,
    )


def generate_commands_page() -> str:
    """Generate `docs/commands.md`: the commands in every language."""
    sentences = Translations()
    languages = sentences.languages
    lines = [
        f"<!-- {_GENERATED_NOTICE} -->",
        "# Commands",
        "",
        "They are the same on Telegram and Slack. Slash commands do not work in Slack threads; write `!model` instead",
        "of `/model` there, and so on. The full-width signs of Chinese keyboards (`／`, `！`) work as well.",  # noqa: RUF001 - quoted
        "",
        "In groups, a short command also works after the bot's name, without a sign: `@bot model`, `@bot stop`. A",
        "command with free text needs the sign, because `@bot imagine you are a pirate` is a question.",
        "",
    ]
    lines += ["| command | in Chinese | " + " | ".join(languages) + " |", "|---" * (len(languages) + 2) + "|"]
    for command in COMMANDS:
        sign = "!" if command.typed_only else "/"
        words = " ".join(filter(None, (command.name, _get_usage(command, sentences, "en"))))
        usage = f"`{sign}{words}`".replace("|", "\\|")
        descriptions = [sentences.text(f"command.{command.name}", language) for language in languages]
        chinese = " ".join(f"`{sign}{name}`" for name in CHINESE_NAMES[command.name][:_MAX_CHINESE_NAMES])
        lines.append(f"| {usage} | {chinese} | " + " | ".join(descriptions) + " |")
    return "\n".join(lines) + "\n"


def generate_configuration_page() -> str:
    """Generate `docs/configuration.md`: every variable, what it means, its default."""
    lines = [
        f"<!-- {_GENERATED_NOTICE} -->",
        "# Configuration",
        "",
        "Environment variables, or the same names in a file `.env`, whose values are taken literally. Upper and lower",
        "case do not matter in choices, and `on` and `off` can also be written as `true`, `yes`, `1` and the like.",
        "",
    ]
    for heading, area in list_areas(PLATFORM_AREAS):
        lines += [f"## {heading}", "", "| variable | meaning | default |", "|---|---|---|"]
        lines += [_format_variable_row(variable) for variable in list_variables(area)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def generate_env_example() -> str:
    """Generate `.env.example`: every variable with its default, commented out."""
    lines = ["# Copy this file to .env and fill in what you need.", f"# {_GENERATED_NOTICE.replace('`', '')}"]
    for heading, area in list_areas(PLATFORM_AREAS):
        lines += ["", f"# --- {heading}"]
        for variable in list_variables(area):
            lines += [f"# {variable.description}", f"#{variable.name}={variable.default}"]
    return "\n".join(lines) + "\n"


def _get_usage(command: Command, translations: Translations, language: str) -> str:
    return translations.text(f"usage.{command.name}", language) if command.argument else ""


def _format_variable_row(variable: Variable) -> str:
    default = f"`{variable.default}`" if variable.default else ""
    return f"| `{variable.name}` | {variable.description} | {default} |"
