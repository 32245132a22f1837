"""Callback data that nobody packed; anybody with a client of their own can send it."""

from aiogram.filters.callback_data import CallbackData
from hypothesis import strategies as st

from handlers import routers
from tests.unit.properties.any_rows import IDS

assert routers.include is not None, "it imports every handler, and so every kind of button"

BUTTONS = sorted(CallbackData.__subclasses__(), key=lambda button: button.__name__)
MOST_DATA = 64  # bytes


def almost_packed(button: type[CallbackData]) -> st.SearchStrategy[str]:
    """The prefix of a button, and then whatever fits."""
    part = st.one_of(
        st.text(max_size=12),
        IDS,
        st.sampled_from(("", "1", "-1", "9" * 30, "true", "²", "\x00", "choose", "whole")),
    )
    parts = st.lists(part, max_size=5)
    return parts.map(lambda found: ":".join([button.__prefix__, *found]))
