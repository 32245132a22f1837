"""How hard the property tests look, and in which order tests run.

`make test` tries the same examples every time; other ones, and more of them, are tried with
`--hypothesis-profile=thorough`.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.support.bot_process import ForkServer
from tests.support.order import dealt

_PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=100,
    phases=_PHASES,
    suppress_health_check=_SLOW,
)
settings.register_profile(
    "thorough", deadline=None, max_examples=2000, print_blob=True, suppress_health_check=_SLOW
)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """One for all the bots that this process of the test run starts."""
    server = ForkServer()
    yield server
    server.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, in every process of the run."""
    items[:] = dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
