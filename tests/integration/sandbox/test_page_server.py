"""The page's API: what a visitor does, what the page is told, and who else is kept out."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox import Sandbox
from sandbox.page_server import page_app
from sandbox.serving import LoopbackServer

from .conftest import BotClient


class Page:
    """Calls the page's API as the page does."""

    def __init__(self, server: LoopbackServer, http: ClientSession) -> None:
        self.url = server.url
        self._http = http

    async def state(self) -> Any:
        async with self._http.get(f"{self.url}/sandbox/state") as answer:
            return await answer.json()

    async def act(self, action: str, **values: object) -> Any:
        async with self._http.post(f"{self.url}/sandbox/{action}", json=values) as answer:
            body = await answer.json()
            assert answer.status == (400 if "error" in body else 200)
            return body

    async def fetch(self, verb: str, path: str, **how: Any) -> tuple[int, str, dict[str, str]]:
        async with self._http.request(verb, self.url + path, **how) as answer:
            return answer.status, await answer.text(), dict(answer.headers)


@pytest.fixture
async def page(plain: Sandbox, http: ClientSession) -> AsyncIterator[Page]:
    plain.telegram.person(1001, "Anna", "en", "anna_berg", "Berg")
    async with LoopbackServer(page_app(plain)) as server:
        yield Page(server, http)


async def test_a_conversation(plain: Sandbox, page: Page, bot: BotClient) -> None:
    assert await page.act("say", person=1001, text=" /start ") == {"message": 1}
    markup = '{"inline_keyboard": [[{"text": "Send", "callback_data": "s"}]]}'
    await bot.ok("sendMessage", chat_id=1001, text="card", reply_markup=markup)
    pressed = await page.act("press", person=1001, message=2, data="s", label="Send")
    await bot.ok("answerCallbackQuery", callback_query_id=pressed["press"], text="Done")
    await page.act("say", person=1001, text="Thanks", reply_to=2)
    await page.act("edit", person=1001, message=3, text="Thank you")
    await page.act("send", person=1001, kind="photo", caption="look")
    await page.act("delete", person=1001, message=1)
    state = await page.state()
    assert state["people"][0]["name"] == "Anna Berg"
    shown = state["chats"][0]["messages"]
    assert [(each["id"], each["text"], each["by_bot"]) for each in shown] == [
        (2, "card", True),
        (3, "Thank you", False),
        (4, "look", False),
    ]
    assert shown[0]["keyboard"] == [[{"text": "Send", "callback_data": "s"}]]
    assert (shown[1]["reply_to"], shown[1]["edited"], shown[2]["kind"]) == (2, True, "photo")
    assert state["presses"][0]["toast"] == "Done"
    assert state["webhook"] == plain.webhook
    kinds = [list(each)[1] for each in await bot.ok("getUpdates")]
    assert kinds == ["message", "callback_query", "message", "edited_message", "message"]


async def test_the_outer_world(plain: Sandbox, page: Page) -> None:
    letter = await page.act(
        "receive",
        mailbox="support@linden-print.example",
        **{"from": "Ann <ann@x.example>", "subject": "Hi", "body": "text"},
    )
    state = await page.state()
    assert state["portal"]["letters"][-1]["id"] == letter["letter"] == 20
    assert state["portal"]["letters"][-1]["from"] == "Ann <ann@x.example>"
    joined = await page.act("join", name="Oleg", language="ru")
    assert joined == {"person": 5001}
    assert plain.telegram.people[5001].wire["language_code"] == "ru"
    await page.act("block", person=5001, blocked=True)
    assert (await page.state())["people"][1]["blocks_bot"] is True


async def test_fault_switches(plain: Sandbox, page: Page) -> None:
    for kind in ("slow", "hang", "answer_lost", "html", "unauthorized", "unavailable"):
        await page.act("fault", server="portal", kind=kind, on=True, times=1)
    await page.act("fault", server="portal", kind="slow", on=False)
    await page.act("fault", server="telegram", kind="slow", on=True, method="sendMessage")
    faults = (await page.state())["faults"]
    assert [each["kind"] for each in faults["portal"]] == [
        "hang",
        "answer_lost",
        "html",
        "unauthorized",
        "unavailable",
    ]
    assert faults["telegram"] == [
        {"kind": "slow", "method": "sendmessage", "left": None, "used": 0}
    ]


async def test_letters_that_leave_or_are_refused(
    plain: Sandbox, page: Page, http: ClientSession
) -> None:
    letter = {
        "replyToMessageId": 15,
        "from": "support@linden-print.example",
        "to": ["jane@client.example"],
        "subject": "Re: order",
        "body": "It ships <b>soon</b>.<br>1 &lt; 2",
    }
    address = plain.webhook.replace("/rest/", "/rest/api/") + "mail.message.reply"
    await page.act("refuse", reason="recipient")
    assert (await page.state())["portal"]["refusing"] == 1
    async with http.post(address, json=letter) as refused:
        assert "RESOLVE_RECIPIENTS_ERROR" in await refused.text()
    async with http.post(address, json=letter) as left:
        assert left.status == 200
    portal = (await page.state())["portal"]
    assert portal["refusing"] == 0
    assert [(each["body"], each["text"]) for each in portal["sent"]] == [
        (letter["body"], "It ships soon.\n1 < 2")
    ]


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("say", {"person": 1, "text": "x"}),
        ("say", {"person": 1001, "text": " "}),
        ("say", {"person": 1001}),
        ("say", {"person": True, "text": "x"}),
        ("say", {"person": 1001, "text": "x", "chat": 5}),
        ("press", {"person": 1001, "message": 1}),
        ("edit", {"person": 1001, "message": 1, "text": "x"}),
        ("send", {"person": 1001, "kind": "nonsense"}),
        ("receive", {"mailbox": "x@y.example", "from": "a", "subject": "", "body": ""}),
        ("join", {"name": " "}),
        ("fault", {"server": "moon", "kind": "slow", "on": True}),
        ("fault", {"server": "portal", "kind": "nonsense", "on": True}),
        ("refuse", {"reason": "nonsense"}),
    ],
)
async def test_wrong_actions_are_told(page: Page, action: str, values: dict[str, object]) -> None:
    assert (await page.act(action, **values))["error"]


async def test_the_stream_tells_everything_then_every_change(
    plain: Sandbox, page: Page, http: ClientSession
) -> None:
    async with http.get(f"{page.url}/sandbox/events", headers={"Last-Event-ID": "1"}) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"

        async def event() -> tuple[int, Any]:
            name, number, data, _ = [await stream.content.readline() for _ in range(4)]
            assert name == b"event: state\n"
            return int(number.split()[1]), json.loads(data.removeprefix(b"data: "))

        async with asyncio.timeout(5):
            first, state = await event()
            assert state["chats"][0]["messages"] == []
            plain.changes.note()
            plain.telegram.people[1001].say("hello")
            second, state = await event()
    assert [each["text"] for each in state["chats"][0]["messages"]] == ["hello"]
    assert second > first


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.x:80", ""])
async def test_another_host_name_is_refused(page: Page, host: str) -> None:
    for verb, path in (("GET", "/"), ("GET", "/sandbox/state"), ("POST", "/sandbox/say")):
        how: dict[str, Any] = {"json": {}} if verb == "POST" else {}
        status, _, _ = await page.fetch(verb, path, headers={"Host": host}, **how)
        assert status in (400, 403)


async def test_localhost_is_this_machine_too(page: Page) -> None:
    port = page.url.rpartition(":")[2]
    status, _, _ = await page.fetch("GET", "/", headers={"Host": f"localhost:{port}"})
    assert status == 200


async def test_foreign_pages_cannot_post_or_read(plain: Sandbox, page: Page) -> None:
    body = json.dumps({"person": 1001, "text": "x"})
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        headers = {"Content-Type": kind}
        assert (await page.fetch("POST", "/sandbox/say", data=body, headers=headers))[0] == 415
    headers = {"Content-Type": "application/json", "Origin": "http://evil.example"}
    assert (await page.fetch("POST", "/sandbox/say", data=body, headers=headers))[0] == 403
    assert plain.telegram.people[1001].chat.messages == []
    headers["Origin"] = page.url
    status, _, got = await page.fetch("POST", "/sandbox/say", data=body, headers=headers)
    assert status == 200
    assert not [name for name in got if name.lower().startswith("access-control")]
    status, _, got = await page.fetch("OPTIONS", "/sandbox/say")
    assert status == 405
    assert not [name for name in got if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "path",
    [
        "/../page_server.py",
        "/%2e%2e/page_server.py",
        "/..%2fpage_server.py",
        "/x.py",
        "/missing.js",
    ],
)
async def test_only_the_page_s_own_files_are_served(page: Page, path: str) -> None:
    assert (await page.fetch("GET", path))[0] == 404


async def test_the_page_itself(page: Page) -> None:
    status, text, headers = await page.fetch("GET", "/")
    assert (status, text.lower().startswith("<!doctype html>")) == (200, True)
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")


async def test_bodies_that_are_no_object(page: Page) -> None:
    headers = {"Content-Type": "application/json"}
    for body in ("[]", "{", "5"):
        status, text, _ = await page.fetch("POST", "/sandbox/say", data=body, headers=headers)
        assert (status, "error" in text) == (400, True)
    assert (await page.fetch("POST", "/sandbox/nonsense", json={}))[0] == 404
