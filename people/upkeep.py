"""Database triggers that update the shop counts of areas with every write of a shop, and write down the moves of
followers with every change of a follower.

As triggers, no import, tool or new action can forget them. They are created again after every migration, because
SQLite drops them with the table that alembic rebuilds.
"""

from sqlalchemy import Connection

#: What a move says of the shop; `{openid}` is the follower's, by whom it is bound.
_MOVE = """INSERT INTO follower_move
    (openid, at, kind, since, retailer_id, area_id, class_id, manager_id, bound_at)
    SELECT {openid}, {at}, {kind}, {since}, retailer.id, retailer.area_id, retailer.class_id,
    coalesce(retailer.manager_id, area.manager_id), retailer.bound_at
    FROM (SELECT 1 AS one) AS one LEFT JOIN retailer ON retailer.openid = {openid}
    LEFT JOIN area ON area.id = retailer.area_id;"""
_CAME = _MOVE.format(openid="new.openid", at="new.followed_at", kind="'followed'", since="NULL")
# An openid changes on erasure alone.
_MOVED = _MOVE.format(
    openid="new.openid",
    at="coalesce(new.unfollowed_at, new.followed_at)",
    kind="CASE WHEN new.unfollowed_at IS NULL THEN 'followed' WHEN new.openid <> old.openid THEN 'erased' "
    "ELSE 'gone' END",
    since="coalesce(old.unfollowed_at, old.followed_at)",
)
_HAS_COME = "new.followed_at IS NOT NULL AND new.unfollowed_at IS NULL"
_HAS_MOVED = "(old.unfollowed_at IS NULL) <> (new.unfollowed_at IS NULL)"

_SQLITE = (
    """CREATE TRIGGER IF NOT EXISTS retailer_made AFTER INSERT ON retailer BEGIN
    INSERT INTO area_count (area_id, shops, bound) VALUES (new.area_id, 1, new.openid IS NOT NULL)
    ON CONFLICT (area_id) DO UPDATE
    SET shops = area_count.shops + excluded.shops, bound = area_count.bound + excluded.bound;
    END""",
    """CREATE TRIGGER IF NOT EXISTS retailer_gone AFTER DELETE ON retailer BEGIN
    UPDATE area_count SET shops = shops - 1, bound = bound - (old.openid IS NOT NULL) WHERE area_id = old.area_id;
    END""",
    # An erased shop keeps its row, but is not counted.
    "DROP TRIGGER IF EXISTS retailer_moved",
    """CREATE TRIGGER retailer_moved AFTER UPDATE OF area_id, openid, licence ON retailer
    WHEN old.area_id <> new.area_id OR (old.openid IS NULL) <> (new.openid IS NULL)
    OR (substr(old.licence, 1, 7) = 'erased:') <> (substr(new.licence, 1, 7) = 'erased:') BEGIN
    UPDATE area_count SET shops = shops - (substr(old.licence, 1, 7) <> 'erased:'),
    bound = bound - (old.openid IS NOT NULL) WHERE area_id = old.area_id;
    INSERT INTO area_count (area_id, shops, bound)
    VALUES (new.area_id, substr(new.licence, 1, 7) <> 'erased:', new.openid IS NOT NULL)
    ON CONFLICT (area_id) DO UPDATE
    SET shops = area_count.shops + excluded.shops, bound = area_count.bound + excluded.bound;
    END""",
    "DROP TRIGGER IF EXISTS follower_came",
    f"CREATE TRIGGER follower_came AFTER INSERT ON follower WHEN {_HAS_COME} BEGIN {_CAME} END",
    "DROP TRIGGER IF EXISTS follower_moved",
    f"CREATE TRIGGER follower_moved AFTER UPDATE OF unfollowed_at ON follower WHEN {_HAS_MOVED} BEGIN {_MOVED} END",
)
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION count_shops() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO area_count (area_id, shops, bound)
        SELECT area_id, count(*), count(openid) FROM made GROUP BY area_id ORDER BY area_id
    ON CONFLICT (area_id) DO UPDATE
    SET shops = area_count.shops + excluded.shops, bound = area_count.bound + excluded.bound;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE area_count SET shops = area_count.shops - gone.shops, bound = area_count.bound - gone.bound FROM
        (SELECT area_id, count(*) AS shops, count(openid) AS bound FROM gone GROUP BY area_id) AS gone
        WHERE gone.area_id = area_count.area_id;
    ELSE
        INSERT INTO area_count (area_id, shops, bound)
        SELECT area_id, sum(shops), sum(bound) FROM (VALUES
            (OLD.area_id, -(substr(OLD.licence, 1, 7) <> 'erased:')::int, -(OLD.openid IS NOT NULL)::int),
            (NEW.area_id, (substr(NEW.licence, 1, 7) <> 'erased:')::int, (NEW.openid IS NOT NULL)::int)
        ) AS moved (area_id, shops, bound) GROUP BY area_id ORDER BY area_id
    ON CONFLICT (area_id) DO UPDATE
    SET shops = area_count.shops + excluded.shops, bound = area_count.bound + excluded.bound;
    END IF;
    RETURN NULL;
    END $$""",
    "DROP TRIGGER IF EXISTS retailer_made ON retailer",
    "DROP TRIGGER IF EXISTS retailer_gone ON retailer",
    "DROP TRIGGER IF EXISTS retailer_moved ON retailer",
    # Per statement: many shops in one statement change each area's counts only once.
    "CREATE TRIGGER retailer_made AFTER INSERT ON retailer REFERENCING NEW TABLE AS made "
    "FOR EACH STATEMENT EXECUTE FUNCTION count_shops()",
    "CREATE TRIGGER retailer_gone AFTER DELETE ON retailer REFERENCING OLD TABLE AS gone "
    "FOR EACH STATEMENT EXECUTE FUNCTION count_shops()",
    "CREATE TRIGGER retailer_moved AFTER UPDATE OF area_id, openid, licence ON retailer FOR EACH ROW "
    "WHEN (OLD.area_id <> NEW.area_id OR (OLD.openid IS NULL) <> (NEW.openid IS NULL) "
    "OR (substr(OLD.licence, 1, 7) = 'erased:') <> (substr(NEW.licence, 1, 7) = 'erased:')) "
    "EXECUTE FUNCTION count_shops()",
    f"CREATE OR REPLACE FUNCTION note_came() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {_CAME} RETURN NULL; END$$",
    f"CREATE OR REPLACE FUNCTION note_moved() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {_MOVED} RETURN NULL; END$$",
    "DROP TRIGGER IF EXISTS follower_came ON follower",
    "DROP TRIGGER IF EXISTS follower_moved ON follower",
    f"CREATE TRIGGER follower_came AFTER INSERT ON follower FOR EACH ROW WHEN ({_HAS_COME}) "
    "EXECUTE FUNCTION note_came()",
    f"CREATE TRIGGER follower_moved AFTER UPDATE OF unfollowed_at ON follower FOR EACH ROW WHEN ({_HAS_MOVED}) "
    "EXECUTE FUNCTION note_moved()",
)


def install(connection: Connection) -> None:
    """Create missing triggers. Safe to repeat; earlier counts are carried over by the migrations."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)
