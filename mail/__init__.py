"""The rules: people, connections, drafts and the outbox. Knows neither Telegram nor HTTP."""
