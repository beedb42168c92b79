"""Demo command line: `python -m config.demo MOMENT` creates the demo from that moment on, as on the simulator's clock.

Meanwhile it serves the callback for the simulator; in the end it prints the console's accounts.
"""

import json
import logging
import os
import sys
import threading
from datetime import datetime

from werkzeug.serving import WSGIRequestHandler, make_server

from config.app import build_services, create_app
from config.demo.stage import PastClock, Platform, Stage
from config.demo.story import Story
from config.settings import load


class _Quiet(WSGIRequestHandler):
    """Request handler that logs nothing."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:
        """Log nothing."""


def main(began: str) -> None:
    """Create the demo; exits with an error where a step failed."""
    os.umask(0o077)
    logging.disable(logging.INFO)
    settings = load()
    clock = PastClock(datetime.fromisoformat(began))
    services = build_services(settings, clock=clock)
    app = create_app(settings, services=services)
    server = make_server(settings.host, settings.port, app, threaded=True, request_handler=_Quiet)
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    try:
        accounts = Story(Stage(app, services, clock, Platform(settings.wechat_api_base))).play()
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
        services.database.dispose()
    sys.stdout.write(json.dumps(accounts) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
