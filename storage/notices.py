"""Rows of notices: what is owed to whom, in which order, and what was put off."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from storage.database import Reading, Transaction
from storage.records.notices import (
    Manner,
    Notice,
    NoticeKind,
    NoticeState,
    Priority,
)
from storage.records.places import Place
from storage.times import as_text, as_time

UNTIL_HEARD: Final = datetime.max.replace(tzinfo=UTC)  # due once something comes from its chat
_ALL: Final = 2**31  # more chats than there are
HANDLED: Final = timedelta(seconds=1)  # by then what came has had its effect, mostly

_TAKE: Final = """
    UPDATE notices SET state = 'on_wire', next_manner = 'edit' WHERE id = (
        SELECT id FROM (
            SELECT id, priority, min(
                CASE WHEN priority = :answer AND manner = 'new' THEN -1 ELSE priority END
            ) OVER (
                PARTITION BY coalesce(
                    (SELECT draft FROM outbox WHERE outbox.id = notices.subject), subject
                )
                ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
            ) AS urgency
            FROM notices WHERE chat = :chat AND state = 'owed' AND due_at <= :now
            AND chat NOT IN (SELECT chat FROM unreachable)
        )
        ORDER BY CASE WHEN priority < :alert THEN urgency ELSE priority END, id LIMIT 1
    ) RETURNING *
"""


def _notice(row: dict[str, Any]) -> Notice:
    return Notice(
        id=row["id"],
        person=row["person"],
        kind=NoticeKind(row["kind"]),
        place=Place(row["chat"], row["thread"]),
        subject=row["subject"],
        manner=Manner(row["manner"]),
        state=NoticeState(row["state"]),
        armed=row["armed"],
        tries=row["tries"],
        due_at=as_time(row["due_at"]),
        priority=Priority(row["priority"]),
        repeats=row["repeats"],
    )


def owe(
    tx: Transaction,
    person: int,
    kind: NoticeKind,
    place: Place,
    subject: str,
    manner: Manner,
    *,
    after: timedelta = timedelta(0),
    priority: Priority = Priority.ANSWER,
) -> None:
    """Somebody must be told. Owed already: it is armed anew, and `new` outdoes `edit`.

    It waits with its chat, where something was put off, be that withdrawn or not: nothing
    overtakes.
    """
    tx.execute(
        """
        INSERT INTO notices
            (person, kind, chat, thread, subject, manner, next_manner, tries, state, armed, due_at,
             created_at, priority)
        VALUES (:person, :kind, :chat, :thread, :subject, :manner, 'edit', 0, 'owed', 1,
                max(:due_at, coalesce(
                    (SELECT max(due_at) FROM notices WHERE chat = :chat AND tries > 0), ''
                )), :now, :priority)
        ON CONFLICT (kind, chat, thread, subject) WHERE state IN ('owed', 'on_wire') DO UPDATE SET
            armed = armed + 1, due_at = min(due_at, excluded.due_at),
            priority = min(priority, excluded.priority),
            repeats = CASE WHEN state = 'owed' AND excluded.manner = 'new' AND manner = 'edit'
                           THEN 0 ELSE repeats END,
            manner = CASE WHEN state = 'owed' AND excluded.manner = 'new' THEN 'new'
                          ELSE manner END,
            next_manner = CASE WHEN excluded.manner = 'new' THEN 'new' ELSE next_manner END
        """,
        person=person,
        kind=kind.value,
        chat=place.chat,
        thread=place.thread,
        subject=subject,
        manner=manner.value,
        due_at=as_text(tx.now + after),
        now=as_text(tx.now),
        priority=priority.value,
    )
    tx.wake("notices")


def withdraw(tx: Transaction, kind: NoticeKind, place: Place, subject: str) -> Manner | None:
    """No longer owed; how it would have been shown. None: not owed, or on the wire already."""
    row = tx.row(
        "UPDATE notices SET state = 'dropped' WHERE kind = :kind AND chat = :chat "
        "AND thread = :thread AND subject = :subject AND state = 'owed' RETURNING manner",
        kind=kind.value,
        chat=place.chat,
        thread=place.thread,
        subject=subject,
    )
    return Manner(row["manner"]) if row else None


def drop_owed(tx: Transaction, person: int) -> None:
    """Nothing is owed to this person any more; buttons that are to go from old cards still go."""
    tx.execute(
        "UPDATE notices SET state = 'dropped' "
        "WHERE person = :person AND state = 'owed' AND kind <> :fold",
        person=person,
        fold=NoticeKind.FOLD.value,
    )


def owe_elsewhere(tx: Transaction, old: Place, new: Place) -> None:
    """What was owed at one place is owed at another, in the same order."""
    rows = tx.rows(
        "UPDATE notices SET state = 'dropped' WHERE chat = :chat AND thread = :thread "
        "AND state = 'owed' RETURNING *",
        chat=old.chat,
        thread=old.thread,
    )
    for one in sorted(map(_notice, rows), key=lambda notice: notice.id):
        wait = max(one.due_at - tx.now, timedelta(0)) if one.tries == 0 else timedelta(0)
        owe(
            tx,
            one.person,
            one.kind,
            new,
            one.subject,
            one.manner,
            after=wait,
            priority=one.priority,
        )


def owed_chats(tx: Reading, most: int | None = None) -> tuple[tuple[int, Priority], ...]:
    """Chats that are owed something whose time has come, the most urgent and oldest first.

    `most`: so many of them at most; None: all.
    """
    rows = tx.rows(
        "SELECT chat, min(priority) AS priority, min(id) AS first FROM notices "
        "WHERE state = 'owed' AND due_at <= :now AND chat NOT IN (SELECT chat FROM unreachable) "
        "GROUP BY chat ORDER BY priority, first LIMIT :most",
        now=as_text(tx.now),
        most=_ALL if most is None else most,
    )
    return tuple((row["chat"], Priority(row["priority"])) for row in rows)


def next_due(tx: Reading) -> datetime | None:
    """When the next notice is due that is not due yet."""
    row = tx.row(
        "SELECT min(due_at) AS at FROM notices WHERE state = 'owed' AND due_at > :now",
        now=as_text(tx.now),
    )
    return as_time(row["at"]) if row and row["at"] else None


def take(tx: Transaction, chat: int) -> Notice | None:
    """The chat's most urgent notice whose time has come; it is on the wire from now on.

    Answers come first, and of those messages, which stand below one another, before cards that a
    press changes. What is about one letter keeps the order in which it was owed, and is as urgent
    as what waits behind it.
    """
    row = tx.row(
        _TAKE,
        chat=chat,
        now=as_text(tx.now),
        answer=Priority.ANSWER.value,
        alert=Priority.ALERT.value,
    )
    return _notice(row) if row else None


def end(tx: Transaction, notice: Notice, state: NoticeState = NoticeState.DONE) -> None:
    """It was delivered or dropped; what was armed while it was on the wire is owed once more."""
    row = tx.row(
        "UPDATE notices SET state = :state WHERE id = :id RETURNING armed, next_manner, priority",
        state=state.value,
        id=notice.id,
    )
    if row and row["armed"] != notice.armed:
        _owe_anew(tx, notice, Manner(row["next_manner"]), Priority(row["priority"]))


def owed_since(tx: Reading, notice: Notice) -> datetime:
    """When somebody was first to hear of it; a later change of the same is told with it."""
    row = tx.row("SELECT created_at FROM notices WHERE id = :id", id=notice.id)
    assert row is not None, "it was taken a moment ago"
    return as_time(row["created_at"])


def drop_all(tx: Transaction) -> int:
    """Whatever is owed to anybody, or on the wire. How many that were."""
    return tx.execute("UPDATE notices SET state = 'dropped' WHERE state IN ('owed', 'on_wire')")


def put_off(
    tx: Transaction,
    notice: Notice,
    until: datetime,
    *,
    counts: bool = True,
    may_have_arrived: bool = False,
    alone: bool = False,
) -> None:
    """It could not be delivered now, and its chat waits with it; `counts`: as a try.

    `alone`: others of its chat go on. What was armed while it was on the wire is owed anew, behind
    whatever was owed meanwhile.
    """
    row = tx.row(
        "UPDATE notices SET state = 'owed', due_at = :until, repeats = repeats + :repeated, "
        "tries = CASE WHEN :alone THEN 0 ELSE tries + :one END WHERE id = :id "
        "RETURNING armed, next_manner, priority",
        one=int(counts),
        repeated=int(may_have_arrived),
        alone=int(alone),
        until=as_text(until),
        id=notice.id,
    )
    if not alone:
        tx.execute(
            "UPDATE notices SET due_at = :until "
            "WHERE chat = :chat AND state = 'owed' AND due_at < :until",
            until=as_text(until),
            chat=notice.place.chat,
        )
    if row and row["armed"] != notice.armed:
        withdraw(tx, notice.kind, notice.place, notice.subject)
        is_new = Manner.NEW in (notice.manner, Manner(row["next_manner"]))
        manner = Manner.NEW if is_new else Manner.EDIT
        _owe_anew(tx, notice, manner, Priority(row["priority"]))
    tx.wake("notices")


def begin_anew(tx: Transaction, notice: Notice) -> None:
    """It will go out as a message that nobody has sent yet: no copy of it is there."""
    tx.execute("UPDATE notices SET repeats = 0 WHERE id = :id", id=notice.id)


def hasten(tx: Transaction, chat: int, until: datetime) -> None:
    """What this chat was to wait for until then is due now, as if it was never tried."""
    tx.execute(
        "UPDATE notices SET due_at = :now, tries = 0 "
        "WHERE chat = :chat AND due_at = :until AND (state = 'owed' OR tries > 0)",
        chat=chat,
        until=as_text(until),
        now=as_text(tx.now),
    )


def _owe_anew(tx: Transaction, notice: Notice, manner: Manner, priority: Priority) -> None:
    owe(tx, notice.person, notice.kind, notice.place, notice.subject, manner, priority=priority)


def lose_touch(tx: Transaction, chat: int) -> None:
    """Nobody can be reached there: what is owed waits, however long."""
    tx.execute(
        "INSERT INTO unreachable (chat, since) VALUES (:chat, :now) ON CONFLICT DO NOTHING",
        chat=chat,
        now=as_text(tx.now),
    )


def waiting_to_hear(tx: Reading) -> frozenset[int]:
    """The chats where something waits until an update comes from there: see `in_touch`."""
    rows = tx.rows(
        "SELECT chat FROM unreachable UNION "
        "SELECT chat FROM notices WHERE state = 'owed' AND due_at = :until_heard",
        until_heard=as_text(UNTIL_HEARD),
    )
    return frozenset(row["chat"] for row in rows)


def in_touch(tx: Transaction, chat: int) -> None:
    """Somebody there was heard of again: what waited is shown as it stands now."""
    waited = tx.execute("DELETE FROM unreachable WHERE chat = :chat", chat=chat)
    waited += tx.execute(
        "UPDATE notices SET due_at = :soon "
        "WHERE chat = :chat AND state = 'owed' AND due_at = :until_heard",
        chat=chat,
        soon=as_text(tx.now + HANDLED),
        until_heard=as_text(UNTIL_HEARD),
    )
    if waited:
        tx.wake("notices")


def is_on_wire(tx: Reading, chat: int) -> bool:
    """Is something on its way to this chat whose message is not known yet?"""
    return (
        tx.row("SELECT 1 FROM notices WHERE chat = :chat AND state = 'on_wire'", chat=chat)
        is not None
    )


def on_wire(tx: Reading) -> tuple[Notice, ...]:
    """What the last run of the program left on the wire."""
    return tuple(
        _notice(row) for row in tx.rows("SELECT * FROM notices WHERE state = 'on_wire' ORDER BY id")
    )
