"""The cheapest aiogram bot that makes the same Telegram calls, word for word, buttons and formats
included: its state is in memory, no more.

What the real bot is measured against: this is what aiogram and the network cost by themselves.
"""

import asyncio
import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.context import FSMContext
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
)

ABOVE = """Check before it goes out
From: support@linden-print.example
To: jane@client.example ↗
Subject: Re: Delivery date for order 118
↗ outside linden-print.example

"""
BELOW = "Bitrix24 adds the quote."
FORMATS = [
    MessageEntity(type="bold", offset=0, length=24),
    MessageEntity(type="bold", offset=25, length=5),
    MessageEntity(type="bold", offset=60, length=3),
    MessageEntity(type="bold", offset=86, length=8),
    MessageEntity(type="italic", offset=127, length=30),
]
BUTTONS = [
    [
        InlineKeyboardButton(text="Send", callback_data="s:aaaaaaaaaaaaaaaa:2"),
        InlineKeyboardButton(text="Edit", callback_data="d:aaaaaaaaaaaaaaaa:2:open:edit"),
    ],
    [
        InlineKeyboardButton(text="Back", callback_data="d:aaaaaaaaaaaaaaaa:2:back:"),
        InlineKeyboardButton(text="Cancel", callback_data="d:aaaaaaaaaaaaaaaa:2:cancel:"),
    ],
]


async def answer(message: Message, state: FSMContext) -> None:
    """Keeps what was typed and shows it."""
    await state.update_data(text=message.text)
    above = f"{ABOVE}{message.text}\n\n"
    quote = MessageEntity(type="italic", offset=len(above), length=len(BELOW))
    await message.answer(
        above + BELOW,
        entities=[*FORMATS, quote],
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=InlineKeyboardMarkup(inline_keyboard=BUTTONS),
    )


async def main() -> None:
    """Polls until it is stopped."""
    api = TelegramAPIServer.from_base(os.environ["TELEGRAM_API_URL"])
    dispatcher = Dispatcher()
    dispatcher.message.register(answer)
    await dispatcher.start_polling(Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=api)))


if __name__ == "__main__":
    asyncio.run(main())
