"""Gunicorn configuration: `gunicorn -c config/gunicorn.py wsgi:app`.

Browsers and slow phones hold connections open and send little, so a thread is given a request only when it is complete.
On SQLite there is one process: its threads queue for the write lock in order, while processes would poll for it.
"""

import os
import sys
from typing import Any

from sqlalchemy.exc import OperationalError

from config.app import FEATURES, check_notices
from config.front import WholeRequests
from config.settings import DATABASE_WITHIN, WrongSettings, load
from migrations import schema

try:
    _settings = load()
    check_notices(_settings, FEATURES)
except WrongSettings as _error:
    sys.exit(str(_error))


def on_starting(server: Any) -> None:
    """Refuse to start on an old schema: many requests would fail."""
    database = _settings.open_database()
    try:
        database.wait(DATABASE_WITHIN, lambda error: server.log.warning("waiting for the database: %s", error.orig))
    except OperationalError as error:
        raise SystemExit(f"The database does not answer: {error.orig}") from None
    try:
        if not schema.is_current(database, FEATURES):
            raise SystemExit("The database is not up to date. Run: flask --app wsgi db upgrade")
    except schema.StrangeSchema as error:
        raise SystemExit(str(error)) from None
    database.dispose()


bind = _settings.address
worker_class = WholeRequests
workers = _settings.web_processes
threads = 8
#: Connections of each process; for one more, the oldest without a complete request is closed.
worker_connections = 1000
preload_app = False
graceful_timeout = 30
timeout = 60
accesslog = None
control_socket_disable = True
umask = 0o077
os.umask(umask)  # gunicorn's own umask applies only to files it makes for itself
