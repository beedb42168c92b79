"""What a worker's senders do for the chat."""

from wechat_bot import media
from wechat_bot.outbox import sending
from wechat_bot.services import Services


def work_once(services: Services) -> bool:
    """One piece of waiting work: a delivery or a file. False where nothing waits."""
    return sending.send_next(services) or media.fetch_next(services)
