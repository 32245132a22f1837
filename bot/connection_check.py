"""Asks the portal of each stored connection whether it still gives the person's senders."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bitrix24.client import Client
from bitrix24.errors import AccessLost, Busy, FailureCode, NotSent, PortalError
from bitrix24.methods import Mail
from bitrix24.reach import Sessions
from bitrix24.webhook import Webhook
from storage.records.connections import Address, Connection

ANSWER_SECONDS = 10.0
AT_ONCE = 10  # portals asked side by side


@dataclass(frozen=True)
class ConnectionCheck:
    """`label` is the portal's host; `fault` is empty if all is well there."""

    label: str
    fault: str = ""


async def check_connections(
    connections: Sequence[Connection], sessions: Sessions
) -> list[ConnectionCheck]:
    """One answer for each, in their order; closes the sessions, which let out what a run would."""
    client = Client(
        sessions, clock=_now, user_agent="bitrix24-mail-bot", read_seconds=ANSWER_SECONDS
    )
    turn = asyncio.Semaphore(AT_ONCE)
    try:
        return await asyncio.gather(
            *(_check(Mail(client), connection.address, turn) for connection in connections)
        )
    finally:
        await sessions.close()


async def _check(mail: Mail, address: Address, turn: asyncio.Semaphore) -> ConnectionCheck:
    async with turn:
        try:
            senders = (await mail.senders(_webhook(address))).value
        except PortalError as error:
            return ConnectionCheck(address.label, _fault(error))
    return ConnectionCheck(address.label, "" if senders else _NO_SENDER)


def _webhook(address: Address) -> Webhook:
    return Webhook(
        address.scheme, address.host, address.port, address.prefix, address.user_id, address.code
    )


_NO_SENDER = "has no mailbox that letters could leave from"


def _fault(error: PortalError) -> str:
    code = error.failure.code
    match error:
        case NotSent() if code is FailureCode.CERTIFICATE:
            return (
                "shows a certificate that this machine does not accept;"
                " if it is of your own authority, name that in PORTAL_CA_FILE"
            )
        case NotSent() if code is FailureCode.HOST_REFUSED:
            return "is not allowed by the settings; name it in TRUSTED_PORTALS if it should be"
        case NotSent():
            return "cannot be reached from here"
        case Busy():
            return "is busy; check again later"
        case AccessLost() if code is FailureCode.CODE_LOST:
            return "has a stored address that does not open; its owner has to connect again"
        case AccessLost():
            return f"does not let the webhook in ({code}); its owner has to connect again"
        case _:
            return f"answers, but not with the senders ({code})"


def _now() -> datetime:
    return datetime.now(UTC)
