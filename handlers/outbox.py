"""Send, and the buttons of letters that were told to go."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from handlers.answers import turn_card
from handlers.buttons import (
    AskAgainButton,
    ListAskAgainButton,
    ListButton,
    MendButton,
    OutboxButton,
    SendButton,
)
from handlers.commands import CommandText
from handlers.filters import PrivateChat
from handlers.outbox_card import outbox_card
from handlers.outbox_list_card import sure_list_card
from handlers.places import place_of, place_of_press
from handlers.presses import PressAnswer
from handlers.texts import Texts
from handlers.unknown_letter_card import sure_card
from mail.connections import Connections
from mail.decisions import Decision
from mail.errors import Stale
from mail.outbox import Outbox
from mail.outbox_list import OutboxList
from mail.scenes import OutboxScene
from storage.records.people import Person

router = Router(name="outbox")
router.message.filter(PrivateChat())
router.callback_query.filter(PrivateChat())


@router.callback_query(SendButton.filter())
async def send(
    press: CallbackQuery,
    answer: PressAnswer,
    callback_data: SendButton,
    cause: str,
    person: Person,
    outbox: Outbox,
    received_at: datetime,
    _: Texts,
) -> None:
    """Send on a review."""
    assert press.message is not None, "the filter saw its chat"
    told_to_go = await outbox.send(
        cause,
        person.id,
        place_of_press(press),
        press.message.message_id,
        callback_data.draft,
        callback_data.revision,
        pressed_at=received_at,
    )
    toast = _("This review is old. Please look at it again, then press “{send}”.")
    await answer("" if told_to_go else toast.format(send=_("Send")))


@router.callback_query(OutboxButton.filter())
async def decide(
    press: CallbackQuery,
    answer: PressAnswer,
    callback_data: OutboxButton,
    cause: str,
    person: Person,
    outbox: Outbox,
    received_at: datetime,
    _: Texts,
) -> None:
    """Undo, Cancel, Try again, Send a day late; what one says of a letter that may have left."""
    assert press.message is not None, "the filter saw its chat"
    decided = await outbox.decide(
        cause,
        person.id,
        place_of_press(press),
        press.message.message_id,
        callback_data.row,
        callback_data.revision,
        callback_data.decision,
        pressed_at=received_at,
    )
    tries = callback_data.decision is Decision.TRY_AGAIN
    if decided:
        await answer(_("Trying again…") if tries else "")
        return
    toast = _("This card is old. Please look at it again, then press “{again}”.")
    labels = {Decision.TRY_AGAIN: _("Try again"), Decision.SEND_STILL: _("Send")}
    await answer(toast.format(again=labels.get(callback_data.decision, _("Send again"))))


@router.message(CommandText("outbox"))
async def show_list(message: Message, cause: str, person: Person, outbox_list: OutboxList) -> None:
    """/outbox."""
    await outbox_list.show(cause, person.id, place_of(message))


@router.callback_query(ListButton.filter())
async def decide_in_list(
    press: CallbackQuery,
    answer: PressAnswer,
    callback_data: ListButton,
    cause: str,
    person: Person,
    outbox: Outbox,
    received_at: datetime,
    _: Texts,
) -> None:
    """The same decisions, on the card of /outbox."""
    assert press.message is not None, "the filter saw its chat"
    done = await outbox.decide(
        cause,
        person.id,
        place_of_press(press),
        press.message.message_id,
        callback_data.row,
        callback_data.revision,
        callback_data.decision,
        listed=True,
        pressed_at=received_at,
    )
    await answer("" if done else _("This list is old. Please look at it again."))


@router.callback_query(AskAgainButton.filter())
async def ask_again(
    press: CallbackQuery,
    answer: PressAnswer,
    callback_data: AskAgainButton,
    person: Person,
    outbox: Outbox,
    _: Texts,
) -> None:
    """The first press of Send again leaves the letter as it is: it says what may happen."""
    scene = await _asked_about(press, callback_data, person, outbox)
    await answer()
    shown = sure_card(scene, _) if callback_data.sure else outbox_card(scene, _)
    await turn_card(press, shown)


@router.callback_query(ListAskAgainButton.filter(F.sure))
async def ask_again_in_list(
    press: CallbackQuery,
    answer: PressAnswer,
    callback_data: ListAskAgainButton,
    person: Person,
    outbox: Outbox,
    _: Texts,
) -> None:
    """The same, on the card of /outbox."""
    scene = await _asked_about(press, callback_data, person, outbox)
    await answer()
    await turn_card(press, sure_list_card(scene, _))


@router.callback_query(ListAskAgainButton.filter())
async def back_to_list(
    press: CallbackQuery,
    callback_data: ListAskAgainButton,
    cause: str,
    person: Person,
    outbox_list: OutboxList,
) -> None:
    """The list takes its place again, as it is now."""
    assert press.message is not None, "the filter saw its chat"
    place, message = place_of_press(press), press.message.message_id
    row, revision = callback_data.row, callback_data.revision
    await outbox_list.show_here(cause, person.id, place, message, row, revision)


@router.callback_query(MendButton.filter())
async def mend(
    press: CallbackQuery,
    callback_data: MendButton,
    cause: str,
    person: Person,
    outbox: Outbox,
    connections: Connections,
) -> None:
    """From a blocked letter into connecting again."""
    connection = await outbox.connection_of(person.id, callback_data.row)
    if connection is None:
        raise Stale
    await connections.mend(cause, person.id, place_of_press(press), connection)


async def _asked_about(
    press: CallbackQuery,
    button: AskAgainButton | ListAskAgainButton,
    person: Person,
    outbox: Outbox,
) -> OutboxScene:
    """The unknown letter that the first press of Send again is about; Stale if it is known now."""
    assert press.message is not None, "the filter saw its chat"
    scene = await outbox.unknown(
        person.id,
        place_of_press(press),
        press.message.message_id,
        button.row,
        button.revision,
        listed=isinstance(button, ListAskAgainButton),
    )
    if scene is None:
        raise Stale
    return scene
