"""`/accounts` and `/disconnect`: which portal letters go through, and leaving one."""

from aiogram import Router
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, LinkPreviewOptions, Message

from handlers.answers import answer_press
from handlers.cards import Shown
from handlers.commands import CommandText
from handlers.connection_cards import AccountButton, AccountPress, accounts_card, leaving_card
from handlers.filters import PrivateChat
from handlers.places import place_of, place_of_press
from handlers.texts import Texts
from mail.accounts import Accounts
from mail.errors import NotConnected, Stale
from storage.records.people import Person

router = Router(name="accounts")
router.message.filter(PrivateChat())
router.callback_query.filter(PrivateChat())

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@router.message(CommandText("accounts"))
async def show(message: Message, cause: str, person: Person, accounts: Accounts) -> None:
    """The card with all connections."""
    await accounts.show(cause, person.id, place_of(message))


@router.message(CommandText("disconnect"))
async def ask_to_disconnect(message: Message, person: Person, accounts: Accounts, _: Texts) -> None:
    """Asks about the active connection; nothing is changed yet."""
    leaving = await accounts.leaving(person.id)
    if leaving is None:
        raise NotConnected
    text, entities = leaving_card(leaving, _).content()
    await message.answer(
        text,
        entities=entities,
        reply_markup=leaving_card(leaving, _).markup(),
        link_preview_options=NO_PREVIEW,
    )


@router.callback_query(AccountButton.filter())
async def press(
    press: CallbackQuery,
    callback_data: AccountButton,
    cause: str,
    person: Person,
    accounts: Accounts,
    _: Texts,
) -> None:
    """Use and Disconnect change rows; the question and Back only change what the card shows."""
    match callback_data.press:
        case AccountPress.USE | AccountPress.REMOVE:
            await _change(press, callback_data, cause, person, accounts)
        case AccountPress.ASK:
            leaving = await accounts.leaving(person.id, callback_data.connection)
            if leaving is None or leaving.revision != callback_data.revision:
                raise Stale
            await _turn(press, leaving_card(leaving, _))
        case AccountPress.BACK:
            await _turn(press, accounts_card(person, await accounts.all(person.id), _))
    await answer_press(press)


async def _change(
    press: CallbackQuery, data: AccountButton, cause: str, person: Person, accounts: Accounts
) -> None:
    assert press.message is not None, "the filter saw its chat"
    change = accounts.use if data.press is AccountPress.USE else accounts.remove
    message = press.message.message_id
    place = place_of_press(press)
    await change(cause, person.id, place, message, data.connection, data.revision)


async def _turn(press: CallbackQuery, shown: Shown) -> None:
    """Shows something else in the pressed message; a second press of the same is no fault."""
    if not isinstance(press.message, Message):
        return
    text, entities = shown.content()
    try:
        await press.message.edit_text(
            text,
            entities=entities,
            reply_markup=shown.markup(),
            link_preview_options=NO_PREVIEW,
        )
    except TelegramAPIError:
        return
