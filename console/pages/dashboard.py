"""The front page: the features' tiles, and what of the messages needs a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import door, plate, queries
from console.rules import Permission, Visitor
from wechat_bot.services import Services, current_services


@door.allow(Permission.SIGNED_IN)
def home() -> ResponseReturnValue:
    """What needs me today."""
    services, me = current_services(), door.visitor()
    with services.reading() as session:
        now = services.clock()
        tiles = [
            (tile.template, tile.look(services, session, me, now))
            for tile in plate.tiles(current_app.extensions["features"], me)
        ]
    return render_template("console/home.html", tiles=tiles)


def outbox(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Messages that nobody can be sure of, and those that failed."""
    return {"outbox": queries.outbox(session)}
