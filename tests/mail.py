"""A mail server on this machine for tests: takes mails as SMTP says, and can refuse or drop them."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any


class MailServer(socketserver.ThreadingTCPServer):
    """Mail server: what it took, and how it answers the next ones."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.taken: list[Any] = []
        #: What it says to RCPT, and whether it hangs up with the text taken and nothing said.
        self.to_recipient = "250 ok"
        self.hangs_up = False

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: Any = self.server
        self._say("220 here")
        for line in iter(self.rfile.readline, b""):
            verb = line.decode().split()[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                server.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
                if server.hangs_up:
                    return
            self._say(server.to_recipient if verb == "RCPT" else "250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server that runs meanwhile."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()
