"""Command line of the simulator: `python -m simulator` serves the platform and its page; see README.md."""

import argparse
import os
import signal
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from simulator import state
from simulator.clock import Clock, HandClock, SharedClock, real_clock
from simulator.crypto import key_of
from simulator.server import Server
from simulator.simulator import Simulator
from simulator.world import Account


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    default = Account()
    parser = argparse.ArgumentParser(prog="python -m simulator", description="微信公众平台，就在桌上")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--public", help="base address the app and the browser reach it by, if not host and port")
    parser.add_argument("--callback", help="the app's address for callbacks, such as http://127.0.0.1:8000/wechat")
    parser.add_argument("--app-id", default=default.app_id)
    parser.add_argument("--secret", default=default.secret)
    parser.add_argument("--token", default=default.token)
    parser.add_argument("--aes-key", default=default.aes_key)
    parser.add_argument("--previous-aes-key")
    parser.add_argument("--original-id", default=default.original_id)
    parser.add_argument("--name", default=default.name)
    parser.add_argument("--mode", choices=("safe", "compatible", "plain"), default=default.mode)
    parser.add_argument("--format", choices=("xml", "json"), default=default.format)
    parser.add_argument("--account", choices=("service", "subscription"), default=default.kind)
    parser.add_argument("--uncertified", action="store_true")
    parser.add_argument("--oauth-domain", help="the one domain people may be sent back to; any, if not given")
    parser.add_argument("--state", type=Path, help="file to keep followers, chats, tokens and the rest in")
    parser.add_argument("--clock", choices=("real", "hand"), default="real", help="hand: walks, and can be advanced")
    parser.add_argument("--moved", type=Path, help="file that says how far all parts are ahead of the real time")
    parser.add_argument("--begins", type=datetime.fromisoformat, help="when a hand clock begins, with its offset")
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds to wait for the app's answer")
    parser.add_argument("--workers", type=int, default=16, help="callbacks delivered at the same time")
    parser.add_argument("--seed", type=int, default=0, help="of the chance in faults")
    return parser.parse_args(given)


def build(arguments: argparse.Namespace) -> Simulator:
    """The simulator these arguments describe, with the world of its state file."""
    key_of(arguments.aes_key)
    account = Account(
        app_id=arguments.app_id,
        secret=arguments.secret,
        token=arguments.token,
        aes_key=arguments.aes_key,
        previous_aes_key=arguments.previous_aes_key,
        original_id=arguments.original_id,
        name=arguments.name,
        kind=arguments.account,
        certified=not arguments.uncertified,
        mode=arguments.mode,
        format=arguments.format,
        oauth_domain=arguments.oauth_domain,
    )
    world = state.load(arguments.state) if arguments.state else None
    clock: Clock = SharedClock(arguments.moved) if arguments.moved else real_clock
    if arguments.clock == "hand":
        # A hand clock goes on from where it stood, for tokens and windows of the saved world follow it.
        before = state.saved_at(arguments.state) if arguments.state else None
        begins = arguments.begins or real_clock()
        clock = HandClock(max(before, begins) if before else begins, running=True)
    sim = Simulator(
        account, clock=clock, seed=arguments.seed, timeout=arguments.timeout, workers=arguments.workers, world=world
    )
    if arguments.callback:
        sim.connect_url(arguments.callback)
    return sim


def main(given: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C, then write the state and go."""
    os.umask(0o077)
    arguments = _arguments(given)
    sim = build(arguments)
    server = Server(sim, arguments.host, arguments.port, arguments.public)
    keeper = state.Keeper(sim.desk, arguments.state) if arguments.state else None
    wanted = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: wanted.set())
    server.start()
    if keeper is not None:
        keeper.start()
    print(f"simulator at {server.base}", flush=True)
    wanted.wait()
    server.stop()
    if keeper is not None:
        keeper.stop()


if __name__ == "__main__":
    main()
