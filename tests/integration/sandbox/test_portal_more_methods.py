"""The mail methods that are not about reading or sending: fields, people, moving, making."""

from datetime import timedelta

import pytest

from sandbox import Sandbox

from .conftest import PortalClient
from .portal_table import LETTER, NO_FIELD, PAGES, V3, VALIDATION

SUPPORT = "support@linden-print.example"
EVENT = PAGES["mail.message.createcalendarevent"].good


async def test_the_fields_of_a_letter(portal: PortalClient) -> None:
    rows = (await portal.result("mail.message.field.list", select=["name", "filterable"]))["items"]
    assert rows == [{"name": name, "filterable": False} for name in LETTER]
    item = (await portal.result("mail.message.field.get", name="bindings"))["item"]
    assert (item["type"], item["multiple"]) == ("array", True)


@pytest.mark.parametrize("group", ["mailbox", "message", "recipient"])
async def test_fields_that_are_not_there(group: str, portal: PortalClient) -> None:
    method = f"mail.{group}.field.get"
    status, error = await portal.error(method, {"name": "nonsense"})
    assert (status, error["code"]) == (400, NO_FIELD)
    for select, tail in (("name", "INVALIDSELECT"), (["nonsense"], "UNKNOWNDTOPROPERTY")):
        for name in (method, f"mail.{group}.field.list"):
            status, error = await portal.error(name, {"name": "id", "select": select})
            assert (status, error["code"]) == (400, f"{V3}{tail}EXCEPTION")


async def test_one_mailbox(sandbox: Sandbox, portal: PortalClient) -> None:
    item = (await portal.result("mail.mailbox.get", id=3, select=["email", "x"]))["item"]
    assert item == {"email": SUPPORT}
    status, error = await portal.error("mail.mailbox.get", {"id": 99})
    assert (status, error["code"]) == (400, V3 + "ENTITYNOTFOUNDEXCEPTION")
    status, error = await portal.error("mail.mailbox.get", {"id": 5})
    if sandbox.portal.profile_name == "docs":
        assert (status, error["code"]) == (403, V3 + "ACCESSDENIEDEXCEPTION")
    else:
        assert (status, error["code"]) == (400, V3 + "ENTITYNOTFOUNDEXCEPTION")


async def test_a_related_field_cannot_be_selected(portal: PortalClient) -> None:
    for method, number in (("mail.message.get", 15), ("mail.mailbox.get", 3)):
        status, error = await portal.error(method, {"id": number, "select": ["owner.name"]})
        assert (status, error["code"]) == (400, V3 + "UNKNOWNDTOPROPERTYEXCEPTION")


async def test_people_to_write_to(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.contacts = {f"Client {n}": f"c{n}@b.example" for n in range(60)}
    contacts = (await portal.result("mail.recipient.listcontacts"))["items"]
    assert (len(contacts), contacts[0]["name"]) == (50, "Client 59")
    found = await portal.result("mail.recipient.listcontacts", query="C59@")
    assert [each["email"] for each in found["items"]] == ["c59@b.example"]
    found = await portal.result("mail.recipient.listemployees", query="sokol")
    assert found["items"] == [
        {"id": 7, "email": "oleg@linden-print.example", "name": "Oleg Sokolov"}
    ]


@pytest.mark.parametrize(
    ("action", "folder"), [("move", "Paper"), ("spam", "Spam"), ("delete", "Trash")]
)
async def test_letters_move(
    action: str, folder: str, sandbox: Sandbox, portal: PortalClient
) -> None:
    sandbox.portal.receive(SUPPORT, "a@b.example", "s", "b", folder="Clients/Paper")
    result = await portal.result(
        "mail.message.movetofolder", messageIds=[15, 16, 19, 999], action=action, folder="paper"
    )
    assert result == {"success": True, "movedCount": 2, "action": action}
    moved = sandbox.portal.letter(15)
    assert moved
    assert moved.folder == ("Clients/Paper" if action == "move" else folder)
    rows = (await portal.result("mail.message.list", folder=moved.folder))["items"]
    assert {15, 16} <= {row["id"] for row in rows}
    sandbox.portal.ids_change_on_move = True
    await portal.result("mail.message.movetofolder", messageIds=[15], action="move", folder="New")
    assert sandbox.portal.letter(15) is None
    assert len((await portal.result("mail.message.list", folder="New"))["items"]) == 1


async def test_moves_that_are_refused(sandbox: Sandbox, portal: PortalClient) -> None:
    docs = sandbox.portal.profile_name == "docs"
    sandbox.portal.receive(SUPPORT, "a@b.example", "s", "b", folder="Old", letter_id=50)
    for change, field in (
        ({"folder": None}, "folder" if docs else "MISSING_FOLDER"),
        ({"action": "burn"}, "action" if docs else "INVALID_ACTION"),
        ({"messageIds": [19]}, "messageIds"),
        ({"messageIds": [15, 17]}, "messageIds"),
        ({"messageIds": [15, 50]}, "messageIds"),
    ):
        good = PAGES["mail.message.movetofolder"].good
        status, error = await portal.error("mail.message.movetofolder", good | change)
        assert (status, error["code"]) == (400, V3 + VALIDATION)
        assert error["validation"][0]["field"] == field
    many = {"messageIds": [15] * 101, "action": "spam"}
    assert (await portal.post("mail.message.movetofolder", many))[0] == (200 if docs else 500)


async def test_what_is_made_of_a_letter_is_bound_to_it(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    task = await portal.result("mail.message.createtask", messageId=15, title="Call Jane")
    again = await portal.result("mail.message.createtask", messageId=15)
    assert task["taskId"] != again["taskId"]
    chats = [await portal.result("mail.message.createchat", messageId=15) for _ in range(2)]
    assert [chat["existing"] for chat in chats] == [False, True]
    assert chats[0]["chatId"] == chats[1]["chatId"]
    await portal.result("mail.message.createcrmactivity", messageId=15)
    bindings = (await portal.result("mail.message.get", id=15))["item"]["bindings"]
    assert bindings == [
        {"type": "chat", "entityId": chats[0]["chatId"]},
        {"type": "crm", "entityTypeId": 2, "entityId": 118},
    ]
    await portal.result("mail.message.removecrmactivity", messageId=15)
    assert [made.method.rpartition(".")[2] for made in sandbox.portal.made] == [
        "createtask",
        "createtask",
        "createchat",
        "createcrmactivity",
        "removecrmactivity",
    ]
    assert sandbox.portal.made[0].parameters["title"] == "Call Jane"


@pytest.mark.parametrize(
    "method", [each for each in PAGES if "messageId*" in PAGES[each].parameters]
)
async def test_letters_and_modules_that_are_not_there(
    method: str, sandbox: Sandbox, portal: PortalClient
) -> None:
    status, error = await portal.error(method, PAGES[method].good | {"messageId": 19})
    assert (status, error["validation"][0]["field"]) == (400, "messageId")
    status, error = await portal.error(method, PAGES[method].good | {"messageId": -1})
    assert (status, error["validation"][0]["field"]) in (
        (400, "messageId"),
        (400, "MISSING_MESSAGE_ID"),
    )
    sandbox.portal.missing_modules = {"crm", "tasks", "calendar", "im", "blog"}
    status, error = await portal.error(method, PAGES[method].good)
    assert (status, set(error["validation"][0])) == (400, {"message"})
    assert sandbox.portal.made == []


async def test_an_event_wants_plain_dates(sandbox: Sandbox, portal: PortalClient) -> None:
    now = sandbox.portal.clock()
    bad = {"dateTo": (now + timedelta(hours=1)).isoformat()}
    status, error = await portal.error("mail.message.createcalendarevent", EVENT | bad)
    assert (status, error["validation"][0]["field"]) == (400, "dateFrom, dateTo")
