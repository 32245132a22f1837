"""Bitrix24's REST 3.0 mail API: addresses, calls, errors, and which hosts may be reached."""
