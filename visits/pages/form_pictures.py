"""Form pictures: a picture sent with a form that was refused is kept with that form, so that nobody has to choose it
again.

The file is stored among the media; which form it belongs to is in the visitor's own signed cookie, under the form's
token.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from flask import Response, request, url_for
from flask import session as cookie
from sqlalchemy.orm import Session

from foundation.errors import Refused
from visits.pages import form_values
from visits.texts import answering as texts
from wechat_bot import media
from wechat_bot.media import Picture
from wechat_bot.services import Services
from wechat_bot.uploads import ENDINGS

_COOKIE = "visits_kept"
#: Forms with a picture open at once in one browser; a cookie has no room for many.
MOST = 3


def _posted() -> str:
    return form_values.token(request.values)


@dataclass(slots=True)
class FormPicture:
    """Picture of the form that is being posted or shown: chosen now, or kept since the form was refused."""

    services: Services
    #: The visitor: an openid on pages inside WeChat, `user:4` in the console.
    whose: str
    token: str = field(default_factory=_posted)
    chosen: Picture | None = None

    def receive(self, *, is_for_wechat: bool = True) -> None:
        """Store the picture that was chosen, if any. Raises `Refused` for what WeChat would not accept."""
        upload = request.files.get("photo")
        if upload is not None and upload.filename:
            picture = media.receive(self.services.media_folder, upload.stream)
            if is_for_wechat and picture.content_type not in ENDINGS:
                raise Refused(texts.PICTURE_KINDS)
            self.chosen = picture

    def keep(self) -> None:
        """Keep the chosen picture with the form, which is shown to its writer again."""
        if self.chosen is not None:
            with self.services.transaction() as session:
                key = media.hold(session, self.chosen, now=self.services.clock())
            self.drop()
            cookie[_COOKIE] = [*cookie.get(_COOKIE, ()), [self.token, self.whose, key]][-MOST:]

    @property
    def kept(self) -> str | None:
        """The key of the picture this visitor left with the form; None where there is none."""
        return next((key for *form, key in cookie.get(_COOKIE, ()) if form == [self.token, self.whose]), None)

    def take(self, session: Session, *, openid: str = "", now: datetime) -> str | None:
        """Return the picture's key for a form that is accepted now. It is stored as this follower's; without one it
        belongs to what it was sent with, and is deleted with that."""
        if self.chosen is not None:
            return media.add(session, self.chosen, openid=openid, mark=self.token, now=now)
        key = self.kept
        if key is not None:
            media.claim(session, key, openid=openid)
        return key

    def drop(self) -> None:
        """Forget the picture of the form: it was sent, or is no longer wanted."""
        left = [each for each in cookie.get(_COOKIE, ()) if each[0] != self.token]
        if len(left) < len(cookie.get(_COOKIE, ())):
            cookie[_COOKIE] = left

    def fields(self, endpoint: str) -> dict[str, str]:
        """Return the values of the form that is shown: its token, and the address of the picture that is kept with it.

        A form that comes back is the same one: its picture stays with it, and it still counts only once.
        """
        picture = url_for(endpoint, token=self.token) if self.kept is not None else ""
        return {"token": self.token or secrets.token_urlsafe(16), "picture": picture}

    def send(self) -> Response:
        """Send the kept picture to its visitor's browser."""
        with self.services.reading() as session:
            found = media.find(session, self.services.media_folder, self.kept) if self.kept else None
        return form_values.send(found, "photo")


def of_user(services: Services, user_id: int) -> FormPicture:
    """Return the picture of a form of a console user."""
    return FormPicture(services, f"user:{user_id}")
