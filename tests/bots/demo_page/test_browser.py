"""The page in a real Chromium, where one is installed."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, TimeoutError, async_playwright  # noqa: A004 - its own

from bots.demo_page.page_backend import DemoPage

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium (Debian: apt install chromium)")
_OPTIONS: Sequence[str] = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest_asyncio.fixture
async def tab(address: str) -> AsyncGenerator[Page]:
    """The page in a browser; whatever it complains of fails the test."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_OPTIONS)
        opened = await browser.new_page(viewport={"width": 1400, "height": 900}, locale="en-US")
        opened.set_default_timeout(60_000)  # milliseconds; a machine may have other work
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        await opened.goto(address)
        await opened.get_by_role("button", name="kill -9").wait_for()
        yield opened
        await browser.close()
    assert complaints == []


async def test_answers_are_shown_on_both_platforms(tab: Page) -> None:
    phone, slack = tab.locator(".phone"), tab.locator(".workspace")
    await phone.get_by_role("textbox", name="Message").fill("What should we pack?")
    await phone.get_by_role("textbox", name="Message").press("Enter")
    await slack.get_by_role("textbox", name="Message").press("Enter")  # what stands there to begin with
    await phone.get_by_role("button", name="Regenerate").wait_for()
    await slack.get_by_role("button", name="Replies: 1").click()
    thread = tab.locator(".thread")
    await thread.get_by_role("button", name="Regenerate").wait_for()

    assert await phone.locator(".bubble blockquote").inner_text() == "What should we pack?"
    assert await phone.locator("pre code").count() == 1
    assert await thread.locator("ol > li").count() >= 3
    assert "@Wanjie" in await slack.locator(".post .mention").first.inner_text()


async def test_the_home_tab_has_menus_and_the_empty_tab_of_an_agent_has_questions(tab: Page) -> None:
    slack = tab.locator(".workspace")
    await slack.locator(".sidebar button", has_text="Wanjie (Lin)").click()
    await slack.get_by_role("button", name="Home").click()
    await slack.get_by_role("heading", name="Settings").wait_for()
    await slack.get_by_label("Choose").select_option("kimi-k2")
    await slack.locator(".home code", has_text="kimi-k2").first.wait_for()
    await slack.get_by_role("button", name="Messages", exact=True).click()
    await slack.get_by_role("button", name="Explain what a deadlock is").click()
    await slack.get_by_role("button", name="👍").wait_for()
    await slack.locator(".post .context", has_text="deadlock").wait_for()

    assert await slack.get_by_role("button", name="Explain what a deadlock is").count() == 0


async def _say(slack: Locator, text: str) -> None:
    await slack.get_by_role("textbox", name="Message").fill(text)
    await slack.get_by_role("textbox", name="Message").press("Enter")


async def _open(form: Locator, ask: Callable[[], Awaitable[object]]) -> None:
    """Ask for a form until it opens: a service that is slow gives it up after 1.5 seconds, as Slack's rules want."""
    for _ in range(5):
        await ask()
        with suppress(TimeoutError):
            await form.wait_for(timeout=10_000)
            return
    await form.wait_for()


async def test_a_form_is_opened_filled_in_and_submitted_by_the_keyboard(tab: Page) -> None:
    slack, form = tab.locator(".workspace"), tab.get_by_role("dialog", name="Draw a picture")
    await slack.locator(".sidebar button", has_text="Wanjie (Lin)").click()
    await _open(form, lambda: _say(slack, "/imagine"))
    assert await tab.evaluate("document.activeElement.tagName") == "TEXTAREA"
    await tab.keyboard.press("Escape")
    await form.wait_for(state="hidden")

    await _open(form, lambda: _say(slack, "/imagine"))
    await form.get_by_role("button", name="Draw").press("Enter")
    await form.get_by_text("Please complete this required field.").wait_for()
    await form.get_by_label("What should be in the picture?").fill("a fox --size 1")
    await form.get_by_role("button", name="Draw").press("Enter")
    await form.get_by_text("is not a valid size").wait_for()
    await form.get_by_label("What should be in the picture?").fill("a red fox")
    await form.get_by_label("How many pictures").select_option("2")
    await form.get_by_role("button", name="Draw").press("Enter")
    await form.wait_for(state="hidden")
    await slack.locator(".post img").nth(1).wait_for()


async def test_a_shortcut_of_a_message_opens_a_form_about_it(tab: Page) -> None:
    slack, form = tab.locator(".workspace"), tab.get_by_role("dialog", name="Ask about this")
    await slack.get_by_role("textbox", name="Message").fill("The deploy failed.")
    await slack.get_by_role("textbox", name="Message").press("Enter")
    await _open(form, lambda: slack.get_by_label("Shortcuts").select_option("ask"))
    await form.locator("blockquote", has_text="The deploy failed.").wait_for()
    await form.get_by_role("textbox").fill("Why?")
    await form.get_by_role("button", name="Ask", exact=True).press("Enter")
    await slack.get_by_role("button", name="Replies: 2").click()

    await tab.locator(".thread .post", has_text="Lin asks about this message:").wait_for()


async def test_pictures_and_speech_can_be_seen_and_played(tab: Page) -> None:
    phone = tab.locator(".phone")
    await phone.get_by_role("textbox", name="Message").fill("/imagine a lighthouse --n 2")
    await phone.get_by_role("textbox", name="Message").press("Enter")
    await phone.locator(".album img").nth(1).wait_for()
    await phone.get_by_role("textbox", name="Message").fill("/speak Good morning")
    await phone.get_by_role("textbox", name="Message").press("Enter")
    await phone.locator("audio").wait_for()
    seconds = await phone.locator("audio").evaluate(
        """async (audio) => {
            if (!audio.readyState) await new Promise((done) => audio.addEventListener("loadedmetadata", done));
            return audio.duration;
        }"""
    )

    assert seconds > 0


async def test_everything_is_reached_by_the_keyboard_and_has_a_name(tab: Page) -> None:
    await tab.keyboard.press("Tab")
    assert await tab.evaluate("document.activeElement.textContent") == "Skip to the conversations"
    reached: set[str] = set()
    for _ in range(60):
        await tab.keyboard.press("Tab")
        reached.add(
            str(await tab.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()"))
        )
        if {"Message", "Send", "kill -9"} <= reached:
            break
    unnamed = await tab.evaluate(
        "[...document.querySelectorAll('button, select, textarea, input:not([hidden])')]"
        ".filter(e => !(e.ariaLabel || e.textContent.trim() || e.labels?.length)).map(e => e.outerHTML)"
    )

    assert {"Message", "Send", "kill -9"} <= reached
    assert unnamed == []


async def test_the_page_speaks_chinese_and_fits_a_narrow_screen(tab: Page) -> None:
    await tab.get_by_role("button", name="中文", exact=True).first.click()
    await tab.get_by_role("heading", name="承诺").wait_for()
    await tab.set_viewport_size({"width": 360, "height": 740})

    assert await tab.evaluate("document.documentElement.lang") == "zh-CN"
    assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_process_is_killed_and_another_one_started(tab: Page, page: DemoPage) -> None:
    await tab.get_by_role("button", name="kill -9").click()
    await tab.get_by_text("killed").wait_for()
    await tab.get_by_role("button", name="Start a process").click()
    await tab.get_by_role("button", name="kill -9").wait_for()

    assert [replica.state for replica in page.replicas.started] == ["killed", "alive"]


MARKDOWN = [
    ("**bold** and `a*b*c`", "<p><strong>bold</strong> and <code>a*b*c</code></p>"),
    ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ("[x](javascript:alert(1)", '<p><a target="_blank" rel="noopener noreferrer nofollow">x</a></p>'),
    (
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
    ),
    ("|not a table", "<p>|not a table</p>"),
    ("```py\n1 < 2\n```", '<pre data-language="py"><code>1 &lt; 2</code></pre>'),
]
"""Markdown, and the HTML that stands for it."""


async def test_markdown_is_drawn_as_slack_draws_it(tab: Page) -> None:
    drawn = await tab.evaluate(
        """async (texts) => {
            const { html, render } = await import("./static/vendor/htm-preact.js");
            const { Markdown } = await import("./static/slack_markdown.js");
            return texts.map((text) => {
                const place = document.createElement("div");
                render(html`<${Markdown} text=${text} />`, place);
                return place.firstChild.innerHTML;
            });
        }""",
        [text for text, _ in MARKDOWN],
    )

    assert drawn == [shown for _, shown in MARKDOWN]


async def test_reactions_and_emoji_of_slack_are_drawn_as_pictures(tab: Page) -> None:
    drawn = await tab.evaluate(
        """async () => {
            const { html, render } = await import("./static/vendor/htm-preact.js");
            const { Block } = await import("./static/slack_blocks.js");
            const { drawEmoji } = await import("./static/emoji.js");
            const place = document.createElement("div");
            const elements = [{ type: "text", text: "Done " }, { type: "emoji", name: "+1" }];
            const block = { type: "rich_text", elements: [{ type: "rich_text_section", elements }] };
            render(html`<${Block} block=${block} names=${{}} />`, place);
            return [drawEmoji("eyes"), drawEmoji("our_own_emoji"), place.textContent];
        }"""
    )

    assert drawn == ["👀", ":our_own_emoji:", "Done 👍"]
