"""Workers are killed with -9 while they list, divide and send a push: nothing is lost, nothing arrives twice."""

from tests import processes
from tests.broadcasts import killing


def test_workers_killed_in_the_middle_of_a_push_lose_nobody_and_send_nothing_twice(stores, tmp_path) -> None:
    with (
        processes.town(tmp_path, stores["database_url"], stores["redis_url"], QUIET_HOURS="off") as town,
        killing.trial(town, people=200, areas=4) as found,
    ):
        killing.send_and_kill(found, workers=2, kills=5)
        killing.compare(found)
