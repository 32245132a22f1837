"""How hard the property tests look: `make test` tries the same examples every time; other ones, and
more of them, are tried with `--hypothesis-profile=thorough`."""

from hypothesis import HealthCheck, Phase, settings

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
