"""Connecting to portals: what a person says and presses until a webhook is stored, and after.

Every method that writes is one transaction under its cause; cards are notices of it. The address
is checked by `mail/connecting.py`, which sees the row that is made here.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from bitrix24.trust import TrustedPortals
from bitrix24.webhook import Webhook, WebhookError, WebhookFault, holds_webhook, read_webhook
from mail.causes import admit
from mail.connection_changes import (
    connected,
    forgetful,
)
from mail.draft_changes import SOON, check_card, relabel
from mail.errors import Limit, LimitReached, Stale
from mail.ports import NewId
from mail.webhooks import address_of, webhook_of
from storage import connections, drafts, notices
from storage.database import Database, Reading, Transaction
from storage.records.connections import AttemptState, ConnectAttempt
from storage.records.notices import CardKind, Manner, NoticeKind
from storage.records.places import Place
from storage.records.pointers import Pointer, PointsAt
from storage.times import as_text

__all__ = ["AttemptPress", "Connections", "WebhookFault", "can_try_again"]

CALLS_AN_HOUR = 5  # of hosts that nobody vouches for
HOUR = timedelta(hours=1)


class AttemptPress(StrEnum):
    """What the buttons of an attempt's card do."""

    REPLACE = "replace"
    TRY_AGAIN = "try"
    CANCEL = "cancel"


_ASKS = (AttemptState.ASKED, AttemptState.FAILED)  # typed text is an address


class Connections:
    """A person's webhooks. `on_secret` is told every code, so that no log shows it."""

    def __init__(
        self,
        database: Database,
        new_id: NewId,
        trusted: TrustedPortals,
        *,
        on_secret: Callable[[str], None],
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._trusted = trusted
        self._on_secret = on_secret

    def holds_webhook(self, text: str) -> bool:
        """May there be a webhook with its secret anywhere in this text?"""
        return holds_webhook(text)

    async def begin(self, cause: str, person: int, place: Place) -> None:
        """`/connect`: asks for the address."""
        await self._ask(cause, person, place, None)

    async def mend(self, cause: str, person: int, place: Place, connection: str) -> None:
        """From a letter that waits for this connection; Stale if it was removed."""
        await self._ask(cause, person, place, connection)

    async def _ask(self, cause: str, person: int, place: Place, mends: str | None) -> None:
        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            if mends is not None and connections.find(tx, person, mends) is None:
                raise Stale
            _leaveasked_attempt(tx, person, place)
            attempt = self._new(tx, person, place, mends)
            _point(tx, attempt)
            connections.save_attempt(tx, attempt)
            _owe(tx, attempt, Manner.NEW)

        await self._database.write(change)

    async def give(self, cause: str, person: int, place: Place, text: str) -> WebhookFault | None:
        """An address was typed; it is checked from now on.

        What is no address is returned, and asked for again without a card of its own: the caller
        says why. LimitReached after too many addresses in an hour.
        """
        try:
            webhook = read_webhook(text, self._trusted)
        except WebhookError as error:
            await self._database.write(lambda tx: self._keep_asking(tx, person, place))
            return error.code
        self._on_secret(webhook.code)

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            asked = asked_attempt(tx, person, place)
            mends = asked.connection if asked else None
            if asked is None or asked.state is not AttemptState.ASKED:
                _leaveasked_attempt(tx, person, place)
                asked = self._new(tx, person, place, mends)
                _point(tx, asked)
            self._check(tx, asked, webhook, Manner.NEW)

        await self._database.write(change)
        return None

    def _keep_asking(self, tx: Transaction, person: int, place: Place) -> None:
        """Typed text is taken as an address from now on; doing it twice changes nothing."""
        if asked_attempt(tx, person, place) is None:
            attempt = self._new(tx, person, place, None)
            connections.save_attempt(tx, attempt)
            _point(tx, attempt)

    def _check(
        self, tx: Transaction, attempt: ConnectAttempt, webhook: Webhook, manner: Manner
    ) -> None:
        checking = replace(
            attempt,
            state=AttemptState.CHECKING,
            revision=attempt.revision + 1,
            address=address_of(webhook),
            failure=None,
        )
        connections.save_attempt(tx, checking)
        self._count(tx, checking, webhook)
        _owe(tx, checking, manner, after=SOON)

    def _count(self, tx: Transaction, attempt: ConnectAttempt, webhook: Webhook) -> None:
        if self._trusted.entry_for(webhook.host, webhook.effective_port) is not None:
            return
        if connections.count_calls(tx, attempt.owner, as_text(tx.now - HOUR)) >= CALLS_AN_HOUR:
            raise LimitReached(Limit.CONNECTS, CALLS_AN_HOUR)
        connections.note_call(tx, attempt)

    async def press(
        self,
        cause: str,
        person: int,
        place: Place,
        message: int,
        attempt_id: str,
        revision: int,
        press: AttemptPress,
    ) -> None:
        """A button of an attempt's card; Stale if it does not count any more."""

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            attempt = connections.find_attempt(tx, person, attempt_id)
            if attempt is None or attempt.place != place or attempt.revision != revision:
                raise Stale
            check_card(tx, person, place, message, CardKind.ATTEMPT, attempt_id)
            shown = self._pressed(tx, attempt, press)
            relabel(tx, person, place, message, CardKind.ATTEMPT, shown, revision)

        await self._database.write(change)

    def _pressed(self, tx: Transaction, attempt: ConnectAttempt, press: AttemptPress) -> str:
        """The id of the attempt that the card shows from now on."""
        match press:
            case AttemptPress.REPLACE:
                return self._replace(tx, attempt)
            case AttemptPress.TRY_AGAIN:
                return self._try_again(tx, attempt)
            case AttemptPress.CANCEL:
                if attempt.state not in (*_ASKS, AttemptState.CHECKING, AttemptState.REPLACE):
                    raise Stale
                _drop(tx, attempt)
                return attempt.id

    def _replace(self, tx: Transaction, attempt: ConnectAttempt) -> str:
        if attempt.state is not AttemptState.REPLACE or attempt.account is None:
            raise Stale
        connected(tx, attempt, attempt.account, self._new_id())
        _owe(tx, attempt, Manner.EDIT)
        return attempt.id

    def _try_again(self, tx: Transaction, attempt: ConnectAttempt) -> str:
        """A new attempt with the same address, so that each call of a portal is counted."""
        if attempt.state is not AttemptState.FAILED or not can_try_again(attempt):
            raise Stale
        assert attempt.address is not None
        again = self._new(tx, attempt.owner, attempt.place, attempt.connection)
        connections.save_attempt(tx, forgetful(attempt))
        _point(tx, again)
        self._check(tx, again, webhook_of(attempt.address), Manner.EDIT)
        return again.id

    async def cancel(self, cause: str, person: int, place: Place) -> bool:
        """`/cancel` where an address is asked for. False: none is, and nothing was written."""

        def change(tx: Transaction) -> bool:
            asked = asked_attempt(tx, person, place)
            if asked is None:
                return False
            admit(tx, cause, person)
            _drop(tx, asked)
            return True

        return await self._database.write(change)

    def _new(self, tx: Transaction, person: int, place: Place, mends: str | None) -> ConnectAttempt:
        return ConnectAttempt(
            id=self._new_id(),
            owner=person,
            place=place,
            state=AttemptState.ASKED,
            revision=1,
            address=None,
            account=None,
            failure=None,
            connection=mends,
            created_at=tx.now,
        )


def can_try_again(attempt: ConnectAttempt) -> bool:
    """Is the address still known, code and all?"""
    return attempt.address is not None and attempt.address.code != ""


def _leaveasked_attempt(tx: Transaction, person: int, place: Place) -> None:
    """Another attempt takes its place: the former loses its buttons and its code."""
    pointer = drafts.pointer(tx, person, place)
    if pointer is None or pointer.kind is not PointsAt.ATTEMPT:
        return
    attempt = connections.find_attempt(tx, person, pointer.subject)
    if attempt is None:
        return
    if attempt.state is AttemptState.FAILED:
        connections.save_attempt(tx, forgetful(attempt))
        _owe(tx, attempt, Manner.EDIT)
    elif attempt.state in (AttemptState.ASKED, AttemptState.REPLACE):
        _drop(tx, attempt)


def _drop(tx: Transaction, attempt: ConnectAttempt) -> None:
    connections.save_attempt(tx, replace(forgetful(attempt), state=AttemptState.DROPPED))
    _owe(tx, attempt, Manner.EDIT)


def asked_attempt(tx: Reading, person: int, place: Place) -> ConnectAttempt | None:
    """The attempt that typed text in this place answers."""
    pointer = drafts.pointer(tx, person, place)
    if pointer is None or pointer.kind is not PointsAt.ATTEMPT:
        return None
    attempt = connections.find_attempt(tx, person, pointer.subject)
    return attempt if attempt is not None and attempt.state in _ASKS else None


def _point(tx: Transaction, attempt: ConnectAttempt) -> None:
    drafts.point(tx, Pointer(attempt.owner, attempt.place, PointsAt.ATTEMPT, attempt.id))


def _owe(
    tx: Transaction, attempt: ConnectAttempt, manner: Manner, *, after: timedelta = timedelta(0)
) -> None:
    kind = NoticeKind.ATTEMPT
    notices.owe(tx, attempt.owner, kind, attempt.place, attempt.id, manner, after=after)
