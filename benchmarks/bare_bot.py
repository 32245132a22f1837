"""The cheapest aiogram bot that makes the same Telegram calls: its state is in memory, no more.

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

REVIEW = """Check before it goes out

From: support@linden-print.example
To: jane@client.example ↗
Subject: Re: Delivery date for order 118

{text}

Bitrix24 adds the quote"""
BUTTONS = [
    [InlineKeyboardButton(text="Send", callback_data="draft:aaaaaaaaaaaaaaaa:3:send")],
    [
        InlineKeyboardButton(text="Edit", callback_data="draft:aaaaaaaaaaaaaaaa:3:edit"),
        InlineKeyboardButton(text="Back", callback_data="draft:aaaaaaaaaaaaaaaa:3:back"),
        InlineKeyboardButton(text="Cancel", callback_data="draft:aaaaaaaaaaaaaaaa:3:cancel"),
    ],
]


async def answer(message: Message, state: FSMContext) -> None:
    """Keeps what was typed and shows it."""
    await state.update_data(text=message.text)
    await message.answer(
        REVIEW.format(text=message.text),
        entities=[MessageEntity(type="bold", offset=0, length=24)],
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
