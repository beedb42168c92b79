"""Work loop of a sender: the next waiting deliveries and files."""

from collections.abc import Callable

from wechat_bot import media
from wechat_bot.outbox import sending
from wechat_bot.services import Services

#: So many messages in a row, then a look for a file: what a shop sent is not kept waiting by what is sent to all.
IN_A_ROW = 8


def work(services: Services, *, goes_on: Callable[[], bool] = lambda: True) -> int:
    """Some of the waiting work, deliveries and a file; gives how many pieces, 0 where nothing waits.

    No further piece is begun once `goes_on` says no.
    """
    left = iter(range(IN_A_ROW - 1))
    sent = sending.send(services, more=lambda: goes_on() and next(left, None) is not None)
    return sent + int(goes_on() and media.fetch_next(services))
