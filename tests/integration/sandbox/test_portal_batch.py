"""A batch runs commands in a row; and the portal tells which methods it has."""

import json
from typing import Any

import pytest

from sandbox import Sandbox

from .conftest import PortalClient
from .portal_table import SEND, V3

SELECT = V3 + "INVALIDSELECTEXCEPTION"


def command(method: str, **query: object) -> dict[str, Any]:
    return {"method": method, "query": query}


async def test_results_come_in_order(portal: PortalClient) -> None:
    commands = [command("mail.message.get", id=16), command("mail.mailbox.list")]
    for body in (commands, {str(n): each for n, each in enumerate(commands)} | {"auth": "x"}):
        _, answer, _ = await portal.post("batch", body)
        assert answer["result"][0]["item"]["id"] == 16
        assert len(answer["result"][1]["items"]) == 2
    assert (await portal.post("batch"))[1]["result"] == []


async def test_commands_refer_to_earlier_results(portal: PortalClient) -> None:
    _, answer, _ = await portal.post(
        "batch",
        [
            command("mail.mailbox.list") | {"as": "boxes"},
            command("mail.message.get", id=15),
            command("mail.message.list", mailboxId={"$ref": "boxes.0.id"}),
            command("mail.message.thread", id={"$ref": "1.id"}),
            command("mail.message.get", id=15, select={"$refArray": "boxes.name"}),
        ],
    )
    boxes, letter, letters, thread, selected = answer["result"]
    assert {row["mailboxId"] for row in letters["items"]} == {boxes["items"][0]["id"]}
    assert [row["id"] for row in thread] == [letter["item"]["id"]]
    assert selected["item"]["id"] == 15


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"cmd": {"a": "mail.mailbox.list"}}, SELECT),
        ([command("mail.message.get", id={"$ref": "nobody.id"})], SELECT),
        ([command("mail.message.thread", id=15), command("x", id={"$ref": "0.id"})], None),
        (["mail.mailbox.list"], V3 + "INVALIDJSONEXCEPTION"),
        ([{"method": "mail.mailbox.list", "query": [1]}], V3 + "INVALIDJSONEXCEPTION"),
        ("text", V3 + "INVALIDJSONEXCEPTION"),
    ],
)
async def test_batches_that_are_refused(
    body: object, code: str | None, portal: PortalClient
) -> None:
    status, error = await portal.error("batch", body)
    assert status in (400, 404)
    assert error["code"] == (code or V3 + "METHODNOTFOUNDEXCEPTION")


async def test_results_without_an_item_cannot_be_referred_to(portal: PortalClient) -> None:
    commands = [
        command("mail.message.thread", id=15),
        command("mail.message.get", id={"$ref": "0.id"}),
    ]
    assert (await portal.error("batch", commands))[1]["code"] == SELECT


async def test_at_most_fifty(portal: PortalClient) -> None:
    commands = [command("mail.mailbox.list")] * 50
    assert len((await portal.post("batch", commands))[1]["result"]) == 50
    status, error = await portal.error("batch", [*commands, *commands[:1]])
    assert (status, error) == (400, "ERROR_BATCH_LENGTH_EXCEEDED")


async def test_the_first_error_is_all_that_comes_and_what_ran_stays(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    commands = [
        command("mail.message.send", **SEND),
        command("mail.message.get"),
        command("mail.message.send", **SEND),
    ]
    status, error = await portal.error("batch", commands)
    assert (status, error["code"]) == (400, V3 + "VALIDATION_REQUESTVALIDATIONEXCEPTION")
    assert len(sandbox.portal.sent) == 1
    commands[1] = command("mail.nonsense")
    assert (await portal.error("batch", commands))[0] == 404
    assert len(sandbox.portal.sent) == 1


async def test_a_batch_needs_the_rights_of_its_methods(portal: PortalClient) -> None:
    body = [command("mail.mailbox.list")]
    assert (await portal.error("batch", body, "revoked"))[0] == 401
    status, error = await portal.error("batch", body, "no_mail")
    assert (status, error["code"]) == (403, V3 + "INSUFFICIENTSCOPEEXCEPTION")


@pytest.mark.parametrize("name", ["rest.documentation.openapi", "documentation"])
@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_the_document_comes_bare(
    name: str, verb: str, sandbox: Sandbox, portal: PortalClient
) -> None:
    sandbox.portal.hidden_methods = {"mail.message.forward"}
    status, text = await portal.raw(verb, portal.url(name))
    document = json.loads(text)
    assert (status, set(document)) == (200, {"openapi", "info", "paths"})
    assert "/mail.message.reply" in document["paths"]
    assert "/mail.message.forward" not in document["paths"]
    _, text = await portal.raw(verb, portal.url(name, "no_mail"))
    assert not [path for path in json.loads(text)["paths"] if path.startswith("/mail.")]


async def test_a_method_that_is_not_there(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.hidden_methods = {"mail.message.send", "documentation"}
    for name in sandbox.portal.hidden_methods:
        status, error = await portal.error(name, SEND)
        assert (status, error["code"]) == (404, V3 + "METHODNOTFOUNDEXCEPTION")


async def test_scopes_of_methods(portal: PortalClient) -> None:
    scopes = await portal.result("rest.scope.list")
    assert scopes["mail.message.reply"] == "mail"


async def test_the_time_of_the_server(portal: PortalClient) -> None:
    status, text = await portal.raw("POST", portal.url("server.time.json", api=""))
    assert (status, json.loads(text)["result"][-6:]) == (200, "+03:00")
