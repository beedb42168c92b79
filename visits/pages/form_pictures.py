"""Form pictures: a picture sent with a form that was refused is kept with that form, so that nobody has to choose it
again.

The file is stored among the media; which form it belongs to is in the visitor's own signed cookie, under the form's
token. `whose` is the visitor: an openid on pages inside WeChat, `user:4` in the console.
"""

from flask import session as cookie
from sqlalchemy.orm import Session

from wechat_bot import media
from wechat_bot.media import Picture
from wechat_bot.services import Services

_COOKIE = "visits_kept"
#: Forms with a picture open at once in one browser; a cookie has no room for many.
MOST = 3


def of_user(user_id: int) -> str:
    """Return the name of a console user as the owner of a form."""
    return f"user:{user_id}"


def keep(services: Services, picture: Picture | None, *, token: str, whose: str) -> None:
    """Keep the picture of a form that is shown to its writer again."""
    if picture is None:
        return
    with services.transaction() as session:
        key = media.hold(session, picture, now=services.clock())
    drop(token)
    cookie[_COOKIE] = [*cookie.get(_COOKIE, ()), [token, whose, key]][-MOST:]


def key_of(token: str, whose: str) -> str | None:
    """Return the key of the picture this visitor left with a form; None where there is none."""
    for each_token, each_whose, key in cookie.get(_COOKIE, ()):
        if (each_token, each_whose) == (token, whose):
            return str(key)
    return None


def take(session: Session, token: str, whose: str, *, openid: str = "") -> str | None:
    """Return the same key for a form that is accepted now: the picture stays, and is stored as this follower's where
    one is named."""
    key = key_of(token, whose)
    if key is not None:
        media.claim(session, key, openid=openid)
    return key


def drop(token: str) -> None:
    """Forget the picture of a form: it was sent, or is no longer wanted."""
    left = [each for each in cookie.get(_COOKIE, ()) if each[0] != token]
    if len(left) < len(cookie.get(_COOKIE, ())):
        cookie[_COOKIE] = left
