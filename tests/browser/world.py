"""The sandbox with its page, and a bot that does as it is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession
from playwright.async_api import Locator, Page

from sandbox import Sandbox
from sandbox.demo import VISITOR, invite_people
from sandbox.page_server import page_app
from sandbox.serving import LoopbackServer

from .scripted_bot import ScriptedBot

ANNA, OLEG = VISITOR, VISITOR + 1


class World:
    """The sandbox with its page served, and a bot that does as it is told."""

    def __init__(self, sandbox: Sandbox, server: LoopbackServer, http: ClientSession) -> None:
        self.sandbox = sandbox
        self.server = server
        self.http = http
        self.bot = ScriptedBot(sandbox, http)

    @property
    def url(self) -> str:
        return f"{self.server.url}/"

    def texts(self, person: int = ANNA) -> list[str]:
        return [message.text for message in self.sandbox.telegram.chats[person].messages]

    async def send_letter(self, **changes: object) -> None:
        """Sends an answer as the bot would."""
        letter = {
            "replyToMessageId": 15,
            "from": "support@linden-print.example",
            "to": ["jane@client.example"],
            "cc": ["sam@client.example"],
            "bcc": ["boss@linden-print.example"],
            "subject": "Re: Delivery date for order 118",
            "body": "It ships on <b>Thursday</b>.<br>1 &lt; 2",
        }
        address = self.sandbox.webhook.replace("/rest/", "/rest/api/") + "mail.message.reply"
        async with self.http.post(address, json=letter | changes) as answer:
            assert answer.status == 200


@asynccontextmanager
async def running_world() -> AsyncIterator[World]:
    async with Sandbox() as sandbox, ClientSession() as http:
        invite_people(sandbox)
        async with LoopbackServer(page_app(sandbox)) as server:
            yield World(sandbox, server, http)


def message(page: Page, number: int) -> Locator:
    return page.locator(f'[data-testid=message][data-id="{number}"]')
