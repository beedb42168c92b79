"""Jobs of the clock for courses."""

from wechat_bot.feature import Job

JOBS: tuple[Job, ...] = ()
