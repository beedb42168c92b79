"""Counters of campaigns: increased in the transaction that changes what they count, and recounted."""

from collections.abc import Collection, Mapping
from functools import lru_cache

from sqlalchemy import String, TextClause, case, func, literal, select, text, union_all
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from campaigns.models import Campaign, CampaignTally, Recipient
from campaigns.rules import ACTED, LEFT_OUT, ONLY, OPENED

#: A campaign, an area, what is counted.
Key = tuple[int, int, str]
#: The area of acts whose shop must not be known.
NOWHERE = 0
#: The prefix of the counters of parts of mass messages.
PART = "part:"
KEPT_AS = case(
    (Recipient.why.is_not(None), literal(LEFT_OUT) + Recipient.why),
    (Recipient.part.is_not(None), literal(PART) + as_type(Recipient.part, String)),
    else_=Recipient.outcome,
)


def part_key(number: int) -> str:
    """Return the key of the counter of a part.

    >>> part_key(3), part_of(part_key(3)), part_of("custom")
    ('part:3', 3, 0)
    """
    return f"{PART}{number}"


def part_of(key: str) -> int:
    """Return the number of the part that a key counts; 0 for other keys."""
    return int(key.removeprefix(PART)) if key.startswith(PART) else 0


def add(session: Session, increments: Mapping[Key, int]) -> None:
    """Add to counters in one statement, in the order of their keys: two writers never deadlock, if each does it once
    in its transaction."""
    wanted = sorted((key, count) for key, count in increments.items() if count)
    if not wanted:
        return
    values: dict[str, int | str] = {}
    for n, ((campaign, area, key), count) in enumerate(wanted):
        values |= {f"i{n}": campaign, f"a{n}": area, f"k{n}": key, f"c{n}": count}
    session.execute(_upsert(len(wanted)), values)


@lru_cache(maxsize=256)
def _upsert(rows: int) -> TextClause:
    # Written as text: SQLAlchemy would compile an INSERT of many rows afresh each time.
    values = ", ".join(f"(:i{n}, :a{n}, :k{n}, :c{n})" for n in range(rows))
    return text(
        f"INSERT INTO campaign_tally (campaign_id, area_id, key, count) VALUES {values}"  # noqa: S608 - our own names
        " ON CONFLICT (campaign_id, area_id, key) DO UPDATE SET count = campaign_tally.count + excluded.count"
    )


#: Written as text, for it is the same in each of a hundred steps; counted by columns first, as words only a few rows.
_COUNT_STEP = text(
    f"""
INSERT INTO campaign_tally (campaign_id, area_id, key, count)
SELECT :campaign, area_id, CASE WHEN why IS NOT NULL THEN '{LEFT_OUT}' || why
    WHEN part IS NOT NULL THEN '{PART}' || CAST(part AS VARCHAR) ELSE outcome END AS kept_as, sum(n)
FROM (
    SELECT area_id, why, part, outcome, count(*) AS n FROM campaign_recipient
    WHERE campaign_id = :campaign AND retailer_id > :after AND retailer_id <= :until
    GROUP BY area_id, why, part, outcome
) AS counted
GROUP BY area_id, kept_as ORDER BY area_id, kept_as
ON CONFLICT (campaign_id, area_id, key) DO UPDATE SET count = campaign_tally.count + excluded.count
"""  # noqa: S608 - our own words
)


def count_step(session: Session, campaign_id: int, after: int, until: int) -> None:
    """Add the recipients that were just written down, of a step of shops by id."""
    session.execute(_COUNT_STEP, {"campaign": campaign_id, "after": after, "until": until})


def recount(session: Session, kinds: Collection[str], reference: int) -> dict[Key, tuple[int, int]]:
    """Recount the campaigns about something from their recipients and correct the counters; gives {key: (kept,
    counted)} where they differed. Acts of unknown shops cannot be recounted."""
    mine = select(Campaign.id).where(Campaign.kind.in_(kinds), Campaign.reference == reference)
    recipients = Recipient.campaign_id.in_(mine)
    flags = ((OPENED, Recipient.is_opened), (ACTED, Recipient.acted_at.is_not(None)))
    kept = select(CampaignTally.campaign_id, CampaignTally.area_id, CampaignTally.key, CampaignTally.count, literal(0))
    counted = [
        select(Recipient.campaign_id, Recipient.area_id, KEPT_AS, literal(0), func.count())
        .where(recipients)
        .group_by(Recipient.campaign_id, Recipient.area_id, KEPT_AS),
        *(
            select(Recipient.campaign_id, Recipient.area_id, literal(name), literal(0), func.count())
            .where(recipients, flag)
            .group_by(Recipient.campaign_id, Recipient.area_id)
            for name, flag in flags
        ),
    ]
    can_be_counted = (CampaignTally.area_id != NOWHERE, ~CampaignTally.key.startswith(ONLY))
    # Both in one statement, so that they see the same moment.
    both = union_all(kept.where(CampaignTally.campaign_id.in_(mine), *can_be_counted), *counted).subquery()
    campaign, area, key, was, now = both.c
    rows = session.execute(
        select(campaign, area, key, func.sum(was), func.sum(now))
        .group_by(campaign, area, key)
        .having(func.sum(was) != func.sum(now))
    )
    differences = {(row[0], row[1], row[2]): (int(row[3]), int(row[4])) for row in rows}
    add(session, {each: right - wrong for each, (wrong, right) in differences.items()})
    return differences
