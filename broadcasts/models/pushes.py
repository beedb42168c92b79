"""Tables of pushes: the push, its brands, and those who refused promotions.

Whom a push is for, when, its approval, its progress and its recipients stand with its campaign (`campaigns/`), which
has the kind `push` and the push's id as its reference.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, and_, false
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.models import Campaign
from foundation.database import Base

#: What the links of pushes begin with, and the kind of their campaigns.
PUSH = "push"


class PushKind(StrEnum):
    """Kind of push: what law it stands under."""

    #: 品牌宣传: to verified shops only, never as a template message.
    PROMO = "promo"
    #: 业务通知: goods that arrived, grades, law; the only kind that may go as a template message.
    SERVICE = "service"
    #: 节日祝福.
    GREETING = "greeting"


class Plan(StrEnum):
    """Channel plan of a push."""

    #: A customer-service message while the window is open, else a mass message.
    AUTO = "auto"
    MASS = "mass"
    MESSAGE = "message"
    TAG = "tag"


class Shows(StrEnum):
    """What a push shows."""

    ARTICLE = "article"
    TEXT = "text"
    PICTURE = "picture"
    #: A picture, a title, words and links.
    CARD = "card"


class Push(Base):
    """Push: what one message to many says, and by which way it goes."""

    __tablename__ = "push"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Its name in our addresses (`/m/p/TOKEN`): it says which push, never whose.
    token: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(16), default=PushKind.PROMO)
    plan: Mapped[str] = mapped_column(String(16), default=Plan.AUTO)
    shows: Mapped[str] = mapped_column(String(8), default=Shows.ARTICLE)
    title: Mapped[str] = mapped_column(String(64))
    #: The version of an article as it stood when the push was written; a picture and words show the others.
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"), index=True)
    article_version: Mapped[int | None]
    picture: Mapped[str | None] = mapped_column(String(64))
    words: Mapped[str] = mapped_column(Text, default="")
    #: Whether it goes to staff (`StaffRecipient`), and not to shops.
    is_to_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: WeChat's id of the tag it goes to, where it goes by a tag; found when it is submitted.
    tag_id: Mapped[int | None]
    #: Links behind it, by the number to reply with: [["填写调查", "survey:12"], …].
    buttons: Mapped[list[Any]]
    #: As which occurrence of a series it was made.
    series_id: Mapped[int | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))


#: The condition that a campaign is a push's, for a join of both.
IS_ITS_CAMPAIGN = and_(Campaign.kind == PUSH, Campaign.reference == Push.id)


class PushBrand(Base):
    """Brand that a push names."""

    __tablename__ = "push_brand"

    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"), primary_key=True)
    brand_id: Mapped[int] = mapped_column(ForeignKey("brand.id"), primary_key=True, index=True)


class Refusal(Base):
    """Refusal of pushes by a follower (回复 9): those of a kind are no longer sent to them."""

    __tablename__ = "push_refusal"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
