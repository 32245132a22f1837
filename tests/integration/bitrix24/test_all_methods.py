"""All 24 mail methods: what is sent by the page of each, and what is read of its answers' forms.

The same calls then go to the sandbox, which refuses what the pages do not allow.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bitrix24.client import Client
from bitrix24.errors import Unknown
from bitrix24.methods import FORWARD, REPLY, SEND, Got, Mail, forward_body, reply_body, send_body
from bitrix24.models import Answered, Mailbox, Recipient
from bitrix24.reach import Sessions
from bitrix24.trust import TrustedPortals
from bitrix24.webhook import Webhook, read_webhook
from sandbox import Sandbox
from sandbox.portal.company import SUPPORT
from sandbox.portal.profiles import ProfileName
from tests.integration.bitrix24.test_methods import NOW, mail_with

OWN, ANN = SUPPORT, "jane@client.example"
LETTER: dict[str, Any] = {"sender": OWN, "to": [ANN], "subject": "Hello", "html": "Hi"}
WORDS: dict[str, object] = {"from": OWN, "to": [ANN], "subject": "Hello", "body": "Hi"}
ROW = {"id": "3", "name": "Help", "email": OWN, "senderName": None}
FIELD = {"name": "id", "type": "int", "title": "id", "filterable": False, "elementType": None}
PERSON = {"id": 41, "email": ANN, "name": "Ann"}
TAKEN = {"success": True, "to": [ANN]}
BEGINS = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
Run = Callable[[Mail, Webhook], Awaitable[Got[Any]]]


@dataclass(frozen=True)
class Row:
    """One method: how it is called, what is sent, and answers that all mean the same."""

    method: str
    run: Run
    params: dict[str, object]
    answers: tuple[object, ...]
    value: object = ...


def page(limit: int, **others: object) -> dict[str, object]:
    return {**others, "pagination": {"page": 1, "limit": limit}}


def made(key: str) -> tuple[object, ...]:
    return ({"success": True, key: 5, "messageId": 15}, {"success": True, key: "5", "x": []})


async def list_fields(group: str, mail: Mail, webhook: Webhook) -> Got[Any]:
    return await mail.fields(webhook, group)


async def get_field(group: str, mail: Mail, webhook: Webhook) -> Got[Any]:
    return await mail.field(webhook, group, "id", select=["type"])


ROWS = [
    Row(
        "mail.mailbox.list",
        lambda m, w: m.mailboxes(w, name="He", email="acme"),
        page(100, name="He", email="acme"),
        ({"items": [ROW]}, {"items": {"0": ROW}}, [ROW]),
        (Mailbox.model_validate(ROW | {"id": 3}),),
    ),
    Row("mail.mailbox.get", lambda m, w: m.mailbox(w, 3, select=["email"]),
        {"id": 3, "select": ["id", "email"]}, ({"item": ROW}, {"item": {"id": 3}, "more": 1})),
    Row("mail.mailbox.senders", lambda m, w: m.senders(w), page(100),
        ({"items": []}, [], {"items": {}}), ()),
    Row("mail.message.list", lambda m, w: m.letters(w, limit=9000), page(200),
        ({"items": [{"id": 15, "cc": None, "body": None}]}, {"items": [{"id": "15"}]})),
    Row("mail.message.get", lambda m, w: m.letter(w, 15, select=["body"]),
        {"id": 15, "select": ["id", "body"]}, ({"item": {"id": 15}}, {"item": {"id": "15"}})),
    Row("mail.message.thread", lambda m, w: m.thread(w, 15, limit=20), {"id": 15, "limit": 20},
        ([{"id": 15}], {"items": [{"id": 15}]}, {"0": {"id": "15"}})),
    Row("mail.message.send", lambda m, w: m.send(w, SEND, send_body(**LETTER), "k"), WORDS,
        (TAKEN, {"success": True, "to": ANN})),
    Row("mail.message.reply",
        lambda m, w: m.send(w, REPLY, reply_body(letter_number=15, **LETTER), "k"),
        {"replyToMessageId": 15, **WORDS}, (TAKEN,)),
    Row("mail.message.forward",
        lambda m, w: m.send(w, FORWARD, forward_body(letter_number=15, **LETTER), "k"),
        {"forwardMessageId": 15, **WORDS}, (TAKEN,)),
    Row("mail.message.movetofolder", lambda m, w: m.move(w, [15], "move", "k", folder="Work"),
        {"messageIds": [15], "action": "move", "folder": "Work"},
        ({"success": True, "movedCount": 1, "action": "move"},)),
    Row("mail.message.createcrmactivity", lambda m, w: m.create_crm_activity(w, 15, "k"),
        {"messageId": 15}, (True, {"result": True}), None),
    Row("mail.message.removecrmactivity", lambda m, w: m.remove_crm_activity(w, 15, "k"),
        {"messageId": 15}, (True, {"result": True}), None),
    Row("mail.message.createtask",
        lambda m, w: m.create_task(w, 15, "k", title="T", responsible=1, description="D"),
        {"messageId": 15, "title": "T", "responsibleId": 1, "description": "D"}, made("taskId")),
    Row("mail.message.createcalendarevent",
        lambda m, w: m.create_calendar_event(
            w, 15, "k", begins=BEGINS, ends=BEGINS + timedelta(hours=1), name="E"),
        {"messageId": 15, "dateFrom": "2026-09-01 09:00:00", "dateTo": "2026-09-01 10:00:00",
         "name": "E"}, made("eventId")),
    Row("mail.message.createchat", lambda m, w: m.create_chat(w, 15, "k"), {"messageId": 15},
        ({"success": True, "chatId": 5, "messageId": 15, "existing": False},)),
    Row("mail.message.createfeedpost", lambda m, w: m.create_feed_post(w, 15, "k", title="P"),
        {"messageId": 15, "title": "P"}, made("postId")),
    Row("mail.recipient.listcontacts", lambda m, w: m.contacts(w, "jane"), page(200, query="jane"),
        ({"items": [PERSON]}, [PERSON]), (Recipient.model_validate(PERSON),)),
    Row("mail.recipient.listemployees", lambda m, w: m.employees(w, "an"), page(200, query="an"),
        ({"items": [PERSON]}, {"items": {"0": PERSON}}), (Recipient.model_validate(PERSON),)),
    *(
        Row(f"mail.{group}.field.list", partial(list_fields, group), {}, ({"items": [FIELD]},))
        for group in ("mailbox", "message", "recipient")
    ),
    *(
        Row(f"mail.{group}.field.get", partial(get_field, group),
            {"name": "id", "select": ["name", "type"]}, ({"item": FIELD},))
        for group in ("mailbox", "message", "recipient")
    ),
]  # fmt: skip
IDS = [row.method for row in ROWS]


def test_the_table_has_every_method() -> None:
    assert len(set(IDS)) == len(ROWS) == 24


@pytest.mark.parametrize("row", ROWS, ids=IDS)
async def test_what_is_sent_and_read(row: Row) -> None:
    for answer in row.answers:
        async with mail_with(answer, {"items": []}) as (mail, portal):
            got = await row.run(mail, portal.webhook)
        call = portal.calls[0]
        assert call.path.endswith(f"/{row.method}")
        assert json.loads(call.body) == row.params
        if row.value is not ...:
            assert got.value == row.value
        elif isinstance(got.value, Answered):
            assert getattr(got.value, "id", 15) in (3, 5, 15)
        else:
            assert got.value


@pytest.mark.parametrize("row", ROWS, ids=IDS)
async def test_an_answer_of_no_known_form_is_none(row: Row) -> None:
    for odd in ("text", 7, {"strange": 1}, {"success": False}, False, None):
        async with mail_with(odd) as (mail, portal):
            with pytest.raises(Unknown):
                await row.run(mail, portal.webhook)


@pytest.mark.parametrize("profile", ["docs", "observed", "mixed"])
@pytest.mark.parametrize("row", ROWS, ids=IDS)
async def test_the_sandbox_takes_it(row: Row, profile: ProfileName) -> None:
    async with Sandbox(profile=profile) as sandbox:
        webhook = read_webhook(sandbox.webhook, TrustedPortals.read(sandbox.portal_host))
        sessions = Sessions(TrustedPortals.read(sandbox.portal_host))
        try:
            mail = Mail(Client(sessions, clock=lambda: NOW, user_agent="mail-bot/0.1"))
            await row.run(mail, webhook)
        finally:
            await sessions.close()
