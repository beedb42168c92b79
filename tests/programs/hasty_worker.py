"""A worker process for the kill test: the product's own, with a clock that runs fifteen times as fast.

A lease of a minute then lapses in four seconds. Arguments: the settings as JSON.
"""

import json
import signal
import sys
from datetime import datetime, timedelta

from config.app import build_services
from config.settings import Settings
from config.worker import Worker
from foundation.clock import system_clock
from wechat_bot.chat import chat
from wechat_bot.feature import Feature, FrontDesk, Reply

SPEED = 15


def main() -> None:
    given = json.loads(sys.argv[1])
    began, real = datetime.fromisoformat(given.pop("began")), datetime.fromisoformat(given.pop("real"))

    def clock() -> datetime:
        return began + timedelta(seconds=(system_clock() - real).total_seconds() * SPEED)

    silent = FrontDesk(*(lambda turn: Reply() for _ in range(4)))
    features = (chat, Feature("nobody", front_desk=silent))
    worker = Worker(
        build_services(Settings(_env_file=None, **given), clock=clock, features=features), features, senders=3
    )
    signal.signal(signal.SIGTERM, lambda number, frame: worker.stop())
    worker.run()


if __name__ == "__main__":
    main()
