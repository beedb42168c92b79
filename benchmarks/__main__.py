"""`python -m benchmarks` measures everything, `python -m benchmarks callback tally` those two."""

import argparse
import os
import sys
import time
from datetime import date

from benchmarks import (
    callback,
    campaigns,
    claims,
    classroom,
    course_report,
    courses,
    effect,
    export,
    finding,
    groups,
    harness,
    mass,
    outbox,
    pages,
    pushes,
    quizzes,
    roster,
    searching,
    tally,
    visits,
    year,
)

BENCHMARKS = {
    "callback": callback.run,
    "tally": tally.run,
    "export": export.run,
    "outbox": outbox.run,
    "claims": claims.run,
    "mass": mass.run,
    "groups": groups.run,
    "campaigns": campaigns.run,
    "roster": roster.run,
    "pages": pages.run,
    "pushes": pushes.run,
    "quizzes": quizzes.run,
    "quiz chat": quizzes.run_chat,
    "quiz key": quizzes.run_key,
    "courses": courses.run,
    "course report": course_report.run,
    "searching": searching.run,
    "finding": finding.run,
    "classroom": classroom.run,
    "visits": visits.run,
    "effect": effect.run,
    "year": year.run,
}


def main() -> None:
    """Say on what machine, then measure one after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="The figures, as ratios in one run.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(BENCHMARKS)}; all, if none is given")
    names = parser.parse_args().names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    print(f"{date.today():%Y-%m-%d}: {harness.machine()}")
    print(f"Load of the machine when we began: {os.getloadavg()[0]:.2f}. Ratios: medians of paired rounds, quartiles.")
    begun = time.monotonic()
    for name in names:
        since = time.monotonic()
        BENCHMARKS[name]()
        print(f"({name}: {time.monotonic() - since:.0f} s)")
        sys.stdout.flush()
    print(f"\nAll measured in {time.monotonic() - begun:.0f} s.")


if __name__ == "__main__":
    main()
