"""How hard the property tests look, and in which order tests run.

`make test` tries the same examples every time; other ones, and more of them, are tried with
`--hypothesis-profile=thorough`.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.support.bot_process import ForkServer, ForkServerProcess
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


FORK_SERVER = pytest.StashKey[ForkServerProcess]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """The processes of a run share one fork server; it starts up while they collect."""
    stash = node.config.stash
    if FORK_SERVER not in stash:
        stash[FORK_SERVER] = ForkServerProcess()
    node.workerinput["fork_server"] = stash[FORK_SERVER].address


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run is over."""
    if FORK_SERVER in config.stash:
        config.stash[FORK_SERVER].close()


@pytest.fixture(scope="session")
def fork_server(request: pytest.FixtureRequest) -> Iterator[ForkServer]:
    """For all the bots that this process of the test run starts."""
    shared = getattr(request.config, "workerinput", None)
    if shared is None:  # a run in one process
        request.config.stash[FORK_SERVER] = ForkServerProcess()
    server = ForkServer(
        shared["fork_server"] if shared else request.config.stash[FORK_SERVER].address
    )
    yield server
    server.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, in every process of the run."""
    items[:] = dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
