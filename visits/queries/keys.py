"""The key behind which the next page of a list lies: a moment, and the request among those of the same one."""

from datetime import UTC, datetime, timedelta

from foundation.text import whole_number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def written(moment: datetime | None, request_id: int) -> str:
    """A key as it stands in an address.

    >>> written(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), 5), written(None, 7)
    ('1000000.5', '.7')
    """
    return f"{(moment - _EPOCH) // _MICROSECOND if moment else ''}.{request_id}"


def read(text: str) -> tuple[datetime | None, int]:
    """A key out of an address; one that was tampered with has neither moment nor request.

    >>> read("1000000.5"), read(".7"), read("x"), read("9" * 30 + ".1")
    ((datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=datetime.timezone.utc), 5), (None, 7), (None, 0), (None, 0))
    """
    moment, _, key = text.partition(".")
    since, request_id = whole_number(moment, 17), whole_number(key)
    if request_id is None or (moment and since is None):
        return None, 0
    return (None if since is None else _EPOCH + since * _MICROSECOND), request_id
