"""`/accounts` and `/disconnect`: which portal letters go through, its name, and leaving one."""

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import CallbackQuery, LinkPreviewOptions, Message

from handlers.account_cards import (
    AccountButton,
    AccountPress,
    bad_name_sentence,
    leaving_card,
)
from handlers.answers import turn_card
from handlers.commands import CommandText
from handlers.filters import PrivateChat
from handlers.places import place_of, place_of_press
from handlers.presses import PressAnswer
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
    answer: PressAnswer,
    callback_data: AccountButton,
    cause: str,
    person: Person,
    accounts: Accounts,
    _: Texts,
) -> None:
    """All but the question before disconnecting change rows."""
    if callback_data.press is AccountPress.ASK:
        leaving = await accounts.leaving(person.id, callback_data.connection)
        if leaving is None or leaving.revision != callback_data.revision:
            raise Stale
        await answer()
        await turn_card(press, leaving_card(leaving, _))
    else:
        await _change(press, callback_data, cause, person, accounts)


async def _change(
    press: CallbackQuery, data: AccountButton, cause: str, person: Person, accounts: Accounts
) -> None:
    assert press.message is not None, "the filter saw its chat"
    message = press.message.message_id
    place = place_of_press(press)
    changes = {
        AccountPress.BACK: accounts.back,
        AccountPress.USE: accounts.use,
        AccountPress.TEST: accounts.test,
        AccountPress.NAME: accounts.ask_name,
        AccountPress.GUARD: accounts.guard,
        AccountPress.UNGUARD: accounts.unguard,
        AccountPress.REMOVE: accounts.remove,
    }
    change = changes[data.press]
    await change(cause, person.id, place, message, data.connection, data.revision)


@router.message(CommandText("cancel"))
async def cancel(message: Message, cause: str, person: Person, accounts: Accounts) -> None:
    """While a name is asked for; else it is about a draft."""
    if not await accounts.cancel(cause, person.id, place_of(message)):
        raise SkipHandler


async def name(message: Message, cause: str, person: Person, accounts: Accounts, _: Texts) -> None:
    """The name that was asked for."""
    refused = await accounts.name(cause, person.id, place_of(message), message.text or "")
    if refused is not None:
        await message.answer(bad_name_sentence(refused, _))
