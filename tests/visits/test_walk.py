"""Whatever happens, in whatever order: a random walk through shops, managers, staff, time and WeChat's refusals.

It takes the same steps each time; with WALK_MINUTES, as `make drill` sets it, it walks on, longer and other ways.
"""

import os
import shutil
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import House
from tests.visits.conftest import Town
from tests.visits.walk import Walk

STEPS = 30


@pytest.fixture
def towns(request: pytest.FixtureRequest, stores: dict[str, Any], build: Callable[..., House], raise_town: Any) -> Any:
    """Raises a town on an empty database, as often as it is asked for."""
    raised: list[House] = []

    def raise_anew() -> Town:
        if raised:
            raised[-1].services.database.dispose()
            if stores["redis_url"] is None:
                path = request.getfixturevalue("sqlite_file")
                for each in path.parent.glob(f"{path.name}*"):
                    each.unlink()
                shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
            else:
                request.getfixturevalue("empty_postgresql")()
        raised.append(build(quiet_hours="21:30-07:30"))
        return raise_town(raised[-1])

    return raise_anew


def test_whatever_happens_nothing_is_lost_doubled_or_told_untruly(towns: Callable[[], Town]) -> None:
    class Here(Walk):
        raise_town = staticmethod(towns)

    minutes = float(os.environ.get("WALK_MINUTES", "0"))
    ends_at, number = time.monotonic() + 60 * minutes, int(os.environ.get("WALK_SEED", "1"))
    while True:
        how = settings(
            max_examples=2,
            stateful_step_count=STEPS * (6 if minutes else 1),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        run_state_machine_as_test(seed(number)(Here), settings=how)
        number += 1
        if time.monotonic() >= ends_at:
            return
