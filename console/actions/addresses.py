"""E-mail address actions: a user gives one, shows that it is theirs, and says whether notices go there."""

import hmac
from datetime import datetime
from secrets import randbelow

from sqlalchemy.orm import Session

from console import mailing, passwords
from console.actions.accounts import locked
from foundation.errors import Refused
from foundation.mail import is_address
from wechat_bot import limits

#: Codes in a day that one account may have sent, and that one address gets, whoever asks for them.
MOST_OF_ACCOUNT, MOST_OF_ADDRESS = 10, 5
WRONG = "验证码不对，已经作废。请重新发一次。"
TOO_MANY = f"今天已经替您发过 {MOST_OF_ACCOUNT} 次验证码，请明天再发。"
TOO_MANY_THERE = f"今天已经往这个邮箱发过 {MOST_OF_ADDRESS} 次验证码，请看看是不是进了垃圾邮件，明天再发。"


def give(session: Session, user_id: int, written: str, *, now: datetime) -> None:
    """Keep an address that a user gives, and send it a code; it counts once they have told the code. Raises `Refused`
    for what is no address, and where too many codes were sent today."""
    address = written.strip()
    if not is_address(address):
        raise Refused("这不像邮箱地址，请写成 name@example.com 的样子。")
    limits.count_today(session, f"email code of {user_id}", MOST_OF_ACCOUNT, TOO_MANY, now=now)
    limits.count_today(session, f"email code to {address.casefold()}", MOST_OF_ADDRESS, TOO_MANY_THERE, now=now)
    user, code = locked(session, user_id), f"{randbelow(10**8):08}"
    user.email, user.email_at, user.email_code = address, None, passwords.token_hash(code)
    mailing.ask_whose(session, user_id, address, code, now=now)


def confirm(session: Session, user_id: int, written: str, *, now: datetime) -> bool:
    """Note that the address is the user's, who tells its code; gives whether it was right. A code is tried once."""
    user, code = locked(session, user_id), "".join(written.split())
    is_right = user.email_code is not None and hmac.compare_digest(user.email_code, passwords.token_hash(code))
    user.email_code = None
    if is_right:
        user.email_at, user.wants_mail = now, True
    return is_right


def choose(session: Session, user_id: int, *, wants_mail: bool) -> None:
    """Note whether notices to this user also go to their address. Raises `Refused` where they have shown none."""
    user = locked(session, user_id)
    if wants_mail and user.email_at is None:
        raise Refused("请先填邮箱，并填上收到的验证码。")
    user.wants_mail = wants_mail


def remove(session: Session, user_id: int) -> None:
    """Remove a user's address."""
    user = locked(session, user_id)
    user.email = user.email_at = user.email_code = None
    user.wants_mail = False
