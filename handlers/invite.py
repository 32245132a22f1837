"""`/invite`, and removing somebody who was let in: what admins do beside deciding at the door."""

from aiogram import Router
from aiogram.types import CallbackQuery, LinkPreviewOptions, Message

from handlers.admission_cards import approval_card, invite_text
from handlers.answers import turn_card
from handlers.commands import CommandText
from handlers.filters import PrivateChat
from handlers.places import place_of_press
from handlers.presses import PressAnswer
from handlers.removal_cards import RemovalPress, RemoveButton, removal_card
from handlers.texts import Texts
from mail.errors import Stale
from mail.invites import Invites
from mail.removing import Removing
from storage.records.people import Person

router = Router(name="invite")
router.message.filter(PrivateChat())
router.callback_query.filter(PrivateChat())


@router.message(CommandText("invite"))
async def invite(
    message: Message, person: Person, invites: Invites, bot_username: str, _: Texts
) -> None:
    """The token is in this answer alone: nothing that is stored could show it again."""
    token = await invites.make(person.id)
    link = f"https://t.me/{bot_username}?start={token}"
    await message.answer(
        invite_text(link, _), link_preview_options=LinkPreviewOptions(is_disabled=True)
    )


@router.callback_query(RemoveButton.filter())
async def press(
    press: CallbackQuery,
    answer: PressAnswer,
    callback_data: RemoveButton,
    cause: str,
    person: Person,
    removing: Removing,
    _: Texts,
) -> None:
    """Remove asks once more; the second one counts only if nothing has changed since."""
    whom = callback_data.person
    match callback_data.press:
        case RemovalPress.ASK:
            cost = await removing.cost(person.id, whom)
            await answer()
            await turn_card(press, removal_card(cost, _))
        case RemovalPress.BACK:
            scene = await removing.scene(person.id, whom)
            await answer()
            await turn_card(press, approval_card(scene, _))
        case RemovalPress.REMOVE:
            if press.message is None:
                raise Stale
            message = press.message.message_id
            place = place_of_press(press)
            await removing.remove(cause, person.id, place, message, whom, callback_data.revision)
