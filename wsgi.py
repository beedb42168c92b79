"""What gunicorn serves and the flask command opens: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import os
import sys

from config.app import create_app
from config.settings import WrongSettings, load
from foundation import log

# What any of our processes writes, the account they run under alone may read.
os.umask(0o077)

try:
    _settings = load()
except WrongSettings as _error:
    sys.exit(str(_error))

log.set_up(_settings.secrets)
try:
    app = create_app(_settings)
except WrongSettings as _error:
    sys.exit(str(_error))
