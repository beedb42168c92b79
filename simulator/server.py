"""HTTP server: API calls, authorize page, control API and page at one address."""

import logging
import socket
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from simulator import api, control, oauth, page
from simulator.api import Answer
from simulator.errors import OAuthRefused
from simulator.simulator import Simulator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

logger = logging.getLogger(__name__)
TICK = 0.1


class Application:
    """The WSGI app around one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        try:
            response = self._respond(request)
        except HTTPException as error:
            response = Response(error.name, status=error.code)
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        path = request.path
        if api.owns(path):
            return _sent(self.simulator.answer(request), request)
        if path == oauth.AUTHORIZE_PATH:
            return self._authorize(request)
        if path.startswith("/simulator/") and path != "/simulator/avatar.svg":
            return control.handle(self.simulator, request)
        return page.handle(self.simulator, request)

    def _authorize(self, request: Request) -> Response:
        """Straight on if it is said who this is; otherwise the page that finds out, unless the address is wrong."""
        if "simulator_openid" not in request.args:
            try:
                oauth.check(self.simulator.desk, request.args.to_dict())
            except OAuthRefused:
                return _sent(self.simulator.answer(request), request)
            return page.authorize()
        return _sent(self.simulator.answer(request), request)


def _sent(answer: Answer, request: Request) -> Response:
    """The answer as a response, late if it is to be late; if it is to be lost the connection is cut."""
    if answer.delay:
        time.sleep(answer.delay)
    if answer.is_lost:
        connection: Any = request.environ.get("werkzeug.socket")
        if isinstance(connection, socket.socket):
            connection.shutdown(socket.SHUT_RDWR)
    status = answer.status or 502
    return Response(answer.body, status=status, content_type=answer.content_type, headers=dict(answer.headers))


class _Quiet(WSGIRequestHandler):
    """Says nothing."""

    # Head and body are written one after the other; waiting to join them would cost 40 ms a request.
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Not a line."""


def _tick(simulator: Simulator, stop: threading.Event) -> None:
    while not stop.wait(TICK):
        try:
            simulator.settle()
        except Exception:
            logger.exception("something put off could not be done")


class Server:
    """A running server; the port is the one bound, also when 0 was asked for."""

    def __init__(self, simulator: Simulator, host: str, port: int, public: str | None = None) -> None:
        """Bind, and let the simulator's base addresses be `public`, or the address bound."""
        self.simulator = simulator
        application = Application(simulator)
        self._server: BaseWSGIServer = make_server(host, port, application, threaded=True, request_handler=_Quiet)
        self.port = self._server.port
        self.base = public or f"http://{host}:{self.port}"
        desk = simulator.desk
        desk.api_base = desk.oauth_base = desk.page_base = desk.film_base = self.base
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(TICK,), name="server", daemon=True),
            threading.Thread(target=_tick, args=(simulator, self._stop), name="ticker", daemon=True),
        ]

    def start(self) -> None:
        """Serve in threads of its own."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop serving and wait for callbacks under way."""
        self._stop.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()
        self.simulator.close()
