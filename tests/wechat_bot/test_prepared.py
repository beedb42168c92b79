"""The callback's prepared statements: the driver's own cursor says what SQLAlchemy would have said."""

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from wechat_bot import inbox

pytestmark = pytest.mark.pooled


def test_a_row_is_the_same_read_by_the_driver_and_by_sqlalchemy(house) -> None:
    phone = house.phone("老李")
    phone.follow()
    phone.say("报修")
    asked = {"openid": phone.follower.openid, "key": "nothing heard under this"}
    with house.services.transaction() as session:  # it locks
        plain = inbox._LOOK_UP.first(session, asked)
    engine, seen = house.services.database.engine, []

    def watch(*args) -> None:
        seen.append(args)

    event.listen(engine, "before_cursor_execute", watch)
    with house.services.transaction() as session:
        watched = inbox._LOOK_UP.first(session, asked)
    event.remove(engine, "before_cursor_execute", watch)
    assert seen
    assert tuple(plain) == tuple(watched)
    assert [type(each) for each in plain] == [type(each) for each in watched]
    assert plain.followed_at == house.clock()


def test_a_key_that_is_there_is_sqlalchemys_error_and_keeps_nothing(house) -> None:
    mark = {
        "key": "twice",
        "openid": "o",
        "heard_at": house.clock(),
        "answer": {"text": "好"},
        "late_delivery_id": None,
        "raw": None,
    }

    def heard_twice() -> None:
        with house.services.transaction() as session:
            for _ in range(2):
                inbox._MARK.run(session, mark)

    for _ in range(2):
        with pytest.raises(IntegrityError):
            heard_twice()
    with house.look() as session:
        assert session.get(inbox.Heard, "twice") is None
