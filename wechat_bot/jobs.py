"""Work loop of a sender: the next waiting deliveries and files."""

from collections.abc import Callable

from wechat_bot import media
from wechat_bot.outbox import sending
from wechat_bot.services import Services

#: Messages sent before a file is fetched, so that files that shops sent do not wait behind a broadcast.
IN_A_ROW = 8


def work(services: Services, *, goes_on: Callable[[], bool] = lambda: True) -> int:
    """Send some waiting deliveries and fetch a file; returns how many pieces of work were done.

    No further piece is begun once `goes_on()` is false.
    """
    left = iter(range(IN_A_ROW - 1))
    sent = sending.send(services, more=lambda: goes_on() and next(left, None) is not None)
    return sent + int(goes_on() and media.fetch_next(services))
