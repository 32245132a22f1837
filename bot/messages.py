"""Puts what a notice shows into its chat: as a new message, or into the one that shows it."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramNotFound
from aiogram.types import LinkPreviewOptions, MessageEntity, ReplyParameters

from bot.telegram import Send
from bot.verdicts import Outcome, classify
from handlers.cards import Shown
from mail.ports import Clock
from mail.scenes import FoldScene, Showing
from storage.records.notices import Card, Notice

NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)

log = logging.getLogger(__name__)


class Messages:
    """The calls that a notice takes."""

    def __init__(self, bot: Bot, render: Callable[[Showing], Shown], clock: Clock) -> None:
        self._bot = bot
        self._render = render
        self._clock = clock

    async def are_answered(self) -> bool:
        """Does Telegram answer at all now?"""
        try:
            await self._bot.get_me()
        except AiogramError:
            return False
        return True

    async def put(self, notice: Notice, found: Showing) -> Card | None:
        """The card that came of it, if it is one. Raises AiogramError."""
        if isinstance(found.scene, FoldScene) and found.scene.row is None:
            await self._take_buttons(notice, found)
            return None
        shown = self._render(found)
        message = await self._show(notice, found, shown)
        return _card(notice, shown, message, self._clock())

    async def _take_buttons(self, notice: Notice, found: Showing) -> None:
        """Off the old card; a server that lacks the method for it gets the card written anew."""
        try:
            await self._bot.edit_message_reply_markup(
                chat_id=notice.place.chat, message_id=found.target, reply_markup=None
            )
        except (TelegramBadRequest, TelegramNotFound) as error:
            if classify(error).outcome not in (Outcome.UNSUPPORTED, Outcome.REJECTED):
                log.info("the buttons of an old card stay: %s", error.message)
                return
            log.warning("Telegram refused %s: %s", error.method.__api_method__, error.message)
            await self._show(notice, found, self._render(found))

    async def _show(self, notice: Notice, found: Showing, shown: Shown) -> int:
        """The id of the message that shows it now."""
        text, entities = shown.content()
        try:
            return await self._call(notice, found, shown, text, entities)
        except AiogramError as error:
            outcome = classify(error).outcome
            if outcome is Outcome.NOT_MODIFIED and found.target is not None:
                return found.target
            if outcome is not Outcome.ENTITIES:
                raise
        log.warning("Telegram refused the formatting of a %s; sent as plain text", notice.kind)
        return await self._call(notice, found, shown, text, [])

    async def _call(
        self,
        notice: Notice,
        found: Showing,
        shown: Shown,
        text: str,
        entities: list[MessageEntity],
    ) -> int:
        place = notice.place
        if found.target is not None:
            await self._bot.edit_message_text(
                text,
                chat_id=place.chat,
                message_id=found.target,
                entities=entities,
                link_preview_options=NO_PREVIEW,
                reply_markup=shown.markup(),
            )
            return found.target
        sent = await self._bot(
            Send(
                chat_id=place.chat,
                text=text,
                message_thread_id=place.thread or None,
                entities=entities,
                link_preview_options=NO_PREVIEW,
                reply_parameters=_reply_to(found.reply_to),
                reply_markup=shown.markup(),
            )
        )
        return sent.message_id


def _reply_to(message: int | None) -> ReplyParameters | None:
    if message is None:
        return None
    return ReplyParameters(message_id=message, allow_sending_without_reply=True)


def _card(notice: Notice, shown: Shown, message: int, now: datetime) -> Card | None:
    if shown.kind is None:
        return None
    return Card(
        place=notice.place,
        message=message,
        person=notice.person,
        kind=shown.kind,
        subject=shown.subject,
        revision=shown.revision,
        live=True,
        shown_at=now,
    )
