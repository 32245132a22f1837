"""Reads a stored update by aiogram's classes and gives it to the dispatcher."""

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from pydantic import ValidationError

from bot.work import Handle, Unreadable
from storage.records.updates import StoredUpdate


def handling(dispatcher: Dispatcher, bot: Bot) -> Handle:
    """How an update is handled. Unreadable, where no further try could read it."""

    async def handle(update: StoredUpdate) -> object:
        try:
            read = Update.model_validate(update.raw, context={"bot": bot})
        except ValidationError:
            raise Unreadable from None  # its words quote what was typed
        return await dispatcher.feed_update(
            bot, read, received_at=update.received_at, known=update.person
        )

    return handle
