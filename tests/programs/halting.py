"""A worker that writes half a file and goes no further, for a test that kills it.

python -m tests.programs.halting SETTINGS MOMENT KIND
"""

import json
import sys
import threading
from datetime import datetime

from config.app import build_services
from config.settings import Settings
from console import jobs
from console.work import Work, WorkKind


def write_half(work: Work) -> None:
    """Begin, and never end."""
    work.stage("导出")
    with work.writing(".xlsx") as path:
        path.write_bytes(b"half")
        sys.stdout.write("half\n")
        sys.stdout.flush()
        threading.Event().wait()


def main() -> None:
    """Do the task that waits."""
    settings, moment, kind = sys.argv[1:]
    services = build_services(
        Settings(_env_file=None, **json.loads(settings)), clock=lambda: datetime.fromisoformat(moment)
    )
    jobs.work_once(services, {kind: WorkKind(write_half, is_begun_again=True)})


if __name__ == "__main__":
    main()
