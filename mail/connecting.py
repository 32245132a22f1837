"""Checks an address that a person gave: asks the portal, and stores what became of the attempt.

Mailboxes and senders decide; who the person is, and what the webhook may do, are only asked to say
more. One supervised task per attempt calls this; attempts left at a stop are asked again at start.
"""

import logging
from dataclasses import replace

from bitrix24.errors import AccessLost, FailureCode, Moved, PortalError, Refused
from bitrix24.errors import Failure as PortalFailure
from bitrix24.models import Profile
from bitrix24.webhook import Webhook
from mail import moving
from mail.connection_changes import connected, other_code
from mail.failures import stored
from mail.ports import NewId, Portal
from mail.webhooks import address_of, webhook_of
from storage import connections, notices
from storage.database import Database, Transaction
from storage.records.connections import (
    Account,
    AttemptState,
    ConnectAttempt,
    Mailbox,
    Sender,
)
from storage.records.failures import Failure
from storage.records.notices import Manner, NoticeKind

# Failures of our own, beside the portal's.
NO_MAILBOX = "no_mailbox"
NO_SENDER = "no_sender"
CHECK_BROKE = "check_broke"  # our mistake; the log has it

MAIL = "mail"  # the scope that the webhook needs

_log = logging.getLogger(__name__)


class NothingThere(Exception):
    """The portal answered, but there is no mail to work with; `code` is one of ours."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Connecting:
    """The check of one attempt to connect."""

    def __init__(self, database: Database, portal: Portal, new_id: NewId) -> None:
        self._database = database
        self._portal = portal
        self._new_id = new_id

    async def check(self, owner: int, attempt_id: str) -> None:
        """Asks the portal if the attempt still waits for it, and shows what came of it."""
        attempt = await self._database.read(
            lambda tx: connections.find_attempt(tx, owner, attempt_id)
        )
        if attempt is None or attempt.state is not AttemptState.CHECKING:
            return
        if attempt.address is None:  # it does not open any more
            await self._fail(attempt, Failure(FailureCode.CODE_LOST.value))
            return
        try:
            webhook, account = await self._wherever_it_is(webhook_of(attempt.address))
            await self._database.write(lambda tx: self._succeed(tx, attempt, webhook, account))
        except PortalError as error:
            _log.info("attempt %s: %s", attempt.id, error)
            await self._fail(attempt, stored(error.failure))
        except NothingThere as error:
            await self._fail(attempt, Failure(error.code))
        except Exception:
            await self._fail(attempt, Failure(CHECK_BROKE))
            raise

    async def _wherever_it_is(self, webhook: Webhook) -> tuple[Webhook, Account]:
        """A renamed portal is followed once; where it answers, and who is behind the webhook."""
        try:
            return webhook, await self.account(webhook)
        except Moved as error:
            return error.webhook, await self.account(error.webhook)

    async def account(self, webhook: Webhook) -> Account:
        """Who is behind the webhook; PortalError or NothingThere if there is no mail."""
        try:
            mailboxes = (await self._portal.mailboxes(webhook)).value
            if not mailboxes:
                raise NothingThere(NO_MAILBOX)
            senders = (await self._portal.senders(webhook)).value
        except (AccessLost, Refused) as error:
            raise await self._explained(webhook, error) from None
        if not senders:
            raise NothingThere(NO_SENDER)
        profile = await self._profile(webhook)
        return Account(
            person_name=f"{profile.name} {profile.last_name}".strip() if profile else "",
            zone=profile.time_zone if profile else "",
            mailboxes=tuple(Mailbox(one.id, one.email, one.name) for one in mailboxes),
            senders=tuple(Sender(one.email, one.name) for one in senders),
        )

    async def _explained(self, webhook: Webhook, error: PortalError) -> PortalError:
        """Says "no right to mail" where that is the reason, whatever the portal called it."""
        if error.failure.code is FailureCode.CREDENTIALS:
            return error
        try:
            scope = (await self._portal.scope(webhook)).value
        except PortalError:
            return error
        if not scope or MAIL in scope:
            return error
        return AccessLost(PortalFailure(FailureCode.SCOPE, error.failure.status), error.learned)

    async def _profile(self, webhook: Webhook) -> Profile | None:
        try:
            return (await self._portal.profile(webhook)).value
        except PortalError:
            return None

    def _succeed(
        self, tx: Transaction, attempt: ConnectAttempt, webhook: Webhook, account: Account
    ) -> None:
        if not _still_checking(tx, attempt):
            return
        attempt = _moved(tx, attempt, webhook)
        if other_code(tx, attempt):
            asking = replace(
                attempt,
                state=AttemptState.REPLACE,
                revision=attempt.revision + 1,
                account=account,
            )
            connections.save_attempt(tx, asking)
        else:
            connected(tx, attempt, account, self._new_id())
        _show(tx, attempt)

    async def _fail(self, attempt: ConnectAttempt, failure: Failure) -> None:
        def change(tx: Transaction) -> None:
            if not _still_checking(tx, attempt):
                return
            failed = replace(
                attempt,
                state=AttemptState.FAILED,
                revision=attempt.revision + 1,
                failure=failure,
            )
            connections.save_attempt(tx, failed)
            _show(tx, attempt)

        await self._database.write(change)


def _still_checking(tx: Transaction, attempt: ConnectAttempt) -> bool:
    """False: cancelled meanwhile, or somebody was quicker."""
    return connections.find_attempt(tx, attempt.owner, attempt.id) == attempt


def _moved(tx: Transaction, attempt: ConnectAttempt, webhook: Webhook) -> ConnectAttempt:
    """The attempt at the portal's present address; a connection at the former one goes there."""
    assert attempt.address is not None, "it was checked"
    address = address_of(webhook)
    if address != attempt.address:
        former = connections.id_of_address(tx, attempt.owner, attempt.address)
        if former is not None:
            moving.follow(tx, attempt.owner, former, webhook)
    return replace(attempt, address=address)


def _show(tx: Transaction, attempt: ConnectAttempt) -> None:
    """The result takes the place of "Checking…", whether that was shown already or not."""
    kind, place = NoticeKind.ATTEMPT, attempt.place
    manner = notices.withdraw(tx, kind, place, attempt.id) or Manner.EDIT
    notices.owe(tx, attempt.owner, kind, place, attempt.id, manner)
