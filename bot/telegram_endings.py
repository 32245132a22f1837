"""Why Telegram ends the program: each says it in one sentence."""

from bot.exits import Ending, Exit


class TokenRefused(Ending):
    """Telegram does not know the token."""

    def __init__(self) -> None:
        super().__init__(Exit.DOES_NOT_FIT, "BOT_TOKEN: Telegram does not accept this token.")


class TelegramConflict(Ending):
    """Another process fetches the updates of the same bot."""

    def __init__(self) -> None:
        super().__init__(
            Exit.TRY_LATER,
            "Another program fetches the updates of this bot: stop one of the two.",
        )


class WebhookActive(Ending):
    """Telegram sends the bot's updates to an address; nobody but its owner may remove that."""

    def __init__(self) -> None:
        super().__init__(
            Exit.DOES_NOT_FIT,
            "Telegram sends the updates of this bot to a webhook: "
            "remove it with deleteWebhook, or use another BOT_TOKEN.",
        )


class TelegramSilent(Ending):
    """Telegram was not reached for too long; a fresh process may fare better."""

    def __init__(self, seconds: float) -> None:
        super().__init__(Exit.TRY_LATER, f"Telegram gave no updates for {seconds:.0f} seconds.")
