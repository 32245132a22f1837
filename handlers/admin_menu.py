"""The commands menu of admins, which holds more than everybody's."""

import logging

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import BotCommand, BotCommandScopeChat

from handlers.menu import menu
from handlers.texts import SHIPPED, Catalogues

log = logging.getLogger(__name__)


async def show_admin_menu(bot: Bot, catalogues: Catalogues, admin: int) -> None:
    """In this admin's private chat only; a server that refuses it does no harm."""
    for language in SHIPPED:
        texts = catalogues.for_language(language, language)
        commands = [
            BotCommand(command=name, description=said) for name, said in menu(texts, admin=True)
        ]
        try:
            await bot.set_my_commands(
                commands,
                scope=BotCommandScopeChat(chat_id=admin),
                language_code=None if language == "en" else language,
            )
        except AiogramError as error:
            log.info("the admins' commands are not in the menu: %s", type(error).__name__)
            return
