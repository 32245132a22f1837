"""A simulated Bitrix24 portal: the mail methods, webhooks, and the letters that left."""
