"""A simulated Telegram: the Bot API methods that the bot uses, and the people who use it."""
