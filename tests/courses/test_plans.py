"""What the clock asks every few seconds, and what a learner's page asks, is looked up by an index."""

import re
from typing import Any

import pytest
from sqlalchemy import event

from courses import jobs
from courses.queries import certificates
from foundation.paging import FIRST

#: Tables that grow with the learners; a partial index of what is due may be read from its beginning.
READ_WHOLE = re.compile(r"SCAN (course_(enrolment|reading|certificate|daily_question|weak_spot)|delivery)'")


@pytest.mark.on_sqlite
def test_no_job_and_no_look_for_a_certificate_reads_all_learners(school) -> None:
    school.published()
    services = school.house.services
    said: list[tuple[str, Any]] = []

    def note(connection, cursor, statement, parameters, context, many) -> None:
        if not many and statement.startswith(("SELECT", "UPDATE")):
            said.append((statement, parameters))

    event.listen(services.database.engine, "before_cursor_execute", note)
    for job in jobs.JOBS:
        job.run(services)
    with services.reading() as session:
        certificates.of_learner(session, school.wang.openid)
        certificates.of_course(session, 1, "350802100001", (), FIRST, 50)
    event.remove(services.database.engine, "before_cursor_execute", note)
    with school.house.look() as session:
        explained = [
            (each[0], str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {each[0]}", each[1]).all()))
            for each in said
        ]
    assert [statement for statement, _ in explained if "is_certificate_due" in statement]
    assert not [each for each in explained if READ_WHOLE.search(each[1])]
    # By the index of all that was ever said about a course, each that is over would be read whole.
    assert not [each for each in explained if "ix_delivery_about" in each[1]]
