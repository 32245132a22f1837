"""The program: settings, loops, Telegram's wire, and the one place where all is put together."""
