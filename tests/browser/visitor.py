"""A visitor of the demo: `python -m sandbox` as a process, and what one does on its page."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, expect

from sandbox.demo_folder import CHECKOUT

START_SECONDS = 120.0  # importing aiogram takes seconds, on a busy machine many


class Demo:
    """The demo as a process; `url` is what its last line says."""

    def __init__(self, process: Process, url: str) -> None:
        self.process = process
        self.url = url


@asynccontextmanager
async def running_demo(**settings: str) -> AsyncIterator[Demo]:
    """`settings` are those of the bot that the demo passes on."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", cwd=CHECKOUT, stdout=PIPE, env=os.environ | settings
    )
    try:
        yield Demo(process, await _address(process))
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.wait()


async def _address(process: Process) -> str:
    assert process.stdout is not None
    line = ""
    async with asyncio.timeout(START_SECONDS):
        while not line.startswith("Open "):
            line = (await process.stdout.readline()).decode()
            assert line, "the demo says where to look before it ends"
    return line.removeprefix("Open ").strip()


def bubble(page: Page, text: str) -> Locator:
    """The newest message that holds this."""
    return page.get_by_test_id("message").filter(has_text=text).last


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("send").click()


async def press(page: Page, text: str, label: str) -> None:
    await bubble(page, text).get_by_role("button", name=label, exact=True).click()


async def connect(page: Page) -> None:
    """Presses Start and gives the bot the portal's webhook."""
    await page.get_by_role("button", name="Start", exact=True).click()
    webhook = await page.get_by_test_id("webhook").inner_text()
    await say(page, "/connect")
    await expect(bubble(page, "address")).to_be_visible()
    await say(page, webhook)
    await expect(bubble(page, "Connected")).to_be_visible()
    await expect(page.get_by_test_id("message").filter(has_text=webhook)).to_have_count(0)


async def write_step_by_step(page: Page, text: str) -> None:
    """Answers letter 15 with the wizard, up to its review."""
    await say(page, "/reply 15")
    await expect(bubble(page, "Delivery date for order 118")).to_be_visible()
    await press(page, "Which address should it go from?", "support@linden-print.example")
    await press(page, "Who should get it?", "Jane Client")
    await press(page, "What is the subject?", "Re: Delivery date for order 118")
    await expect(bubble(page, "Type your answer.")).to_be_visible()
    await say(page, text)
    await expect(bubble(page, "Check before it goes out")).to_contain_text("Bitrix24 adds")


async def refuse_next_recipient(page: Page) -> None:
    """Lets the portal refuse a quick answer to letter 15."""
    await page.get_by_role("button", name="A recipient", exact=True).click()
    await say(page, "/reply 15 Thursday.")
    await press(page, "Check before it goes out", "Send")
    await expect(bubble(page, "Not sent:")).to_be_visible(timeout=20_000)
