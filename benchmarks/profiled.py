"""Our app, looked at from inside while it is loaded: its SQL statements with their times, or where the CPU time goes.

`BENCH_LOOK=statements` times every statement; `BENCH_LOOK=cpu` interrupts the process every few milliseconds of CPU
time it has used and notes in whose code it was. Never both, so that neither weighs on the other.
"""

import importlib
import json
import os
import re
import resource
import signal
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Engine

EVERY = 0.002
_ROOT = str(Path(__file__).resolve().parent.parent)
#: Who a line of code belongs to; the first that fits, and of a stack the innermost that fits any.
PARTS = (
    ("/psycopg", "driver: psycopg"),
    ("/sqlalchemy/orm/", "SQLAlchemy: ORM"),
    ("/sqlalchemy/", "SQLAlchemy: Core and pool"),
    ("/wechatpy/", "wechatpy: rendering the reply"),
    ("/cryptography/", "protocol: AES"),
    ("/structlog/", "logs"),
    ("/flask/", "Flask"),
    ("/werkzeug/", "Flask"),
    ("/gunicorn/", "gunicorn"),
    (f"{_ROOT}/wechat_bot/envelope", "protocol: signature, XML, base64"),
    (f"{_ROOT}/wechat_bot/messages", "protocol: signature, XML, base64"),
    (f"{_ROOT}/wechat_bot/", "our chat"),
    (f"{_ROOT}/surveys/", "our survey"),
    (f"{_ROOT}/people/", "our people"),
    (f"{_ROOT}/config/", "our app"),
    (f"{_ROOT}/foundation/", "our foundation"),
)


class Look:
    """What was seen since the last reset."""

    def __init__(self) -> None:
        self.requests = 0
        self.walls: list[float] = []
        self.statements: dict[str, list[float]] = defaultdict(list)
        self.spent: Counter[str] = Counter()
        self.cpu = _cpu()

    def report(self) -> dict[str, Any]:
        """Everything, as JSON takes it."""
        done = self.requests or 1
        return {
            "requests": self.requests,
            "spent": dict(self.spent),
            "seconds": _cpu() - self.cpu,
            "wall_ms": 1000 * statistics.median(self.walls or [0.0]),
            "sql_ms": 1000 * sum(sum(each) for each in self.statements.values()) / done,
            "statements": [
                {"statement": name, "count": len(times), "ms": 1000 * statistics.median(times)}
                for name, times in self.statements.items()
            ],
        }


class Profiled:
    """The WSGI app around ours."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.look = Look()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/bench/"):
            if path == "/bench/reset":
                self.look = Look()
            body = json.dumps(self.look.report()).encode()
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            return [body]
        begun = time.perf_counter()
        answer: Iterable[bytes] = self.app(environ, start_response)
        self.look.walls.append(time.perf_counter() - begun)
        self.look.requests += 1
        return answer


def create_app() -> Profiled:
    """What gunicorn serves: the app as `wsgi.py` builds it, being looked at."""
    profiled = Profiled(importlib.import_module("wsgi").app)
    if os.environ["BENCH_LOOK"] == "cpu":
        _sample(profiled)
    else:
        _time_statements(profiled)
    return profiled


def _sample(profiled: Profiled) -> None:
    def note(number: int, frame: FrameType | None) -> None:
        profiled.look.spent[_part(frame)] += 1

    signal.signal(signal.SIGPROF, note)
    signal.siginterrupt(signal.SIGPROF, False)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)


def _part(frame: FrameType | None) -> str:
    while frame is not None:
        name = frame.f_code.co_filename
        for piece, part in PARTS:
            if piece in name:
                return part
        frame = frame.f_back
    return "the rest"


def _time_statements(profiled: Profiled) -> None:
    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        connection.info["begun"] = time.perf_counter()

    def after(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        profiled.look.statements[short(statement)].append(time.perf_counter() - connection.info["begun"])

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    commit: Any = PGDialect_psycopg.do_commit

    def timed(dialect: Any, connection: Any) -> None:
        begun = time.perf_counter()
        commit(dialect, connection)
        profiled.look.statements["COMMIT"].append(time.perf_counter() - begun)

    PGDialect_psycopg.do_commit = timed  # type: ignore[method-assign]


def short(statement: str) -> str:
    """The verb and the tables of a statement."""
    flat = " ".join(statement.split())
    tables = list(dict.fromkeys(re.findall(r"(?:FROM|JOIN|UPDATE|INTO) ([a-z_]+)", flat)))
    columns = re.findall(r"([a-z_]+)=%", flat.partition(" SET ")[2].partition(" WHERE ")[0])
    changed = f" ({', '.join(columns)})" if columns else ""
    locks = " FOR UPDATE" if "FOR UPDATE" in flat else ""
    return f"{flat.split()[0]} {', '.join(tables)}{changed}{locks}"


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
