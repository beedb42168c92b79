"""An office for tests of the console."""

import pytest

from tests.office import Office


@pytest.fixture
def office(house) -> Office:
    """Three shops in two areas, and somebody in every role."""
    office = Office(house)
    office.settle()
    return office
