"""Database triggers that update the shop counts of areas with every write of a shop.

As triggers, no import, tool or new action can forget them. They are created again after every migration, because
SQLite drops them with the table that alembic rebuilds.
"""

from sqlalchemy import Connection

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
)


def install(connection: Connection) -> None:
    """Create missing triggers. Safe to repeat; earlier counts are carried over by the migrations."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)
