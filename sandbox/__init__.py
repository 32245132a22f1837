"""A portal and a Telegram to try the bot against: loopback only, nothing of the product inside."""

from sandbox.running import Sandbox

__all__ = ["Sandbox"]
