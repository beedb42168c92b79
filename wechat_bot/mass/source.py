"""Mass source: the package that plans mass jobs declares who receives them and what they say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from wechat_bot.mass.models import MassJob
from wechat_bot.services import Services


@dataclass(frozen=True, slots=True)
class MassArticle:
    """Article of a mass message, as `draft/add` takes it, with the pictures still as files of ours."""

    title: str
    author: str
    digest: str
    #: HTML whose pictures have addresses `picture:SHA256`, put into WeChat's own when it is sent.
    content: str
    source_url: str
    #: SHA-256 of the cover on our shelf.
    cover: str
    can_comment: bool = False


@dataclass(frozen=True, slots=True)
class MassContent:
    """Content of a mass message: exactly one of an article, a text, or a picture (SHA-256 on our shelf)."""

    article: MassArticle | None = None
    text: str = ""
    picture: str = ""


#: Gives the file of a picture on the shelf by its SHA-256: its bytes and its content type.
ShelfFile = Callable[[Services, str], tuple[bytes, str]]


@dataclass(frozen=True, slots=True)
class MassSource:
    """Source of mass jobs, declared in `more` of a `Feature`. Everything it is asked stands in the database."""

    #: Stored with each job.
    name: str
    #: The openids a job goes to, in the order of their shops; asked just before it is sent.
    receivers: Callable[[Services, Session, MassJob], Sequence[str]]
    content: Callable[[Services, Session, MassJob], MassContent]
    picture: ShelfFile
    #: Told of receivers who do not get it after all, in the transaction that takes them out of the job's size, and why:
    #: `quota` (four this month), `stranger` (WeChat does not know them), `alone` (the last one, and WeChat takes two at
    #: least). Their send of the month is given back already; from then on `receivers` leaves them out.
    excepted: Callable[[Session, MassJob, Sequence[str], str], None]
    #: Why a job may not go now, asked just before the call: it is paused, or over. Empty where it may.
    holds: Callable[[Session, MassJob, datetime], str] = field(default=lambda session, job, now: "")
