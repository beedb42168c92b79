"""Access token cache: one fetch for all processes, whoever needs it first (wechat-platform.md §3)."""

from collections.abc import Callable
from datetime import timedelta

from wechat_bot.client.codes import EXPLAINED, Act, SendError
from wechat_bot.client.stores import Store

#: WeChat starts to hand out the next token five minutes before the end; both are good meanwhile.
RESERVE = timedelta(minutes=5)
#: After a refusal nobody asks again for so long: a wrong secret must not burn the day's quota.
REFUSED_FOR = timedelta(seconds=30)


class Tokens:
    """Keeps the current access token. `fetch` asks WeChat's stable_token; gives a token and its seconds."""

    def __init__(self, store: Store, fetch: Callable[[], tuple[str, int]]) -> None:
        self._store = store
        self._fetch = fetch

    def current(self) -> str:
        """The token to call with; fetched by one holder of the lock when there is none."""
        return self._store.get("token") or self.replace(None)

    def peek(self) -> str:
        """`ok`, `refused` (WeChat said no lately) or `none yet`; asks WeChat nothing."""
        if self._store.get("token-refused"):
            return "refused"
        return "ok" if self._store.get("token") else "none yet"

    def store_ailment(self) -> str:
        """What is wrong with the store that is shared, nothing where it is well."""
        return self._store.ailment()

    def replace(self, failed: str | None) -> str:
        """A token other than the one that failed, if there is another by now.

        Only the holder of the lock asks WeChat, and only while the failed token is still the stored one: of twelve
        processes whose call failed together, one fetches and eleven find its work done. WeChat may well answer the
        same token again; the caller tries once with it and then gives up.
        """
        with self._store.lock("token"):
            stored = self._store.get("token")
            if stored and stored != failed:
                return stored
            refused = self._store.get("token-refused")
            if refused:
                code, _, said = refused.partition(" ")
                raise SendError(said, code=int(code), act=Act.STOP)
            return self._fetched()

    def _fetched(self) -> str:
        try:
            token, seconds = self._fetch()
        except SendError as error:
            if error.act is Act.RETRY:
                # Whatever became of the token: the call that it was for was never made.
                raise SendError(str(error), code=error.code, act=Act.RETRY) from error
            # Whatever else the token endpoint says no to, it will say no to again: never loop. 40001 is a bad token
            # everywhere else and a wrong secret here (wechat-platform.md §3).
            said = EXPLAINED[40125] + f"（{error}）" if error.code in (40001, 40125) else str(error)
            self._store.put("token-refused", f"{error.code} {said}", REFUSED_FOR)
            raise SendError(said, code=error.code, act=Act.STOP) from error
        self._store.put("token", token, max(timedelta(seconds=seconds) - RESERVE, timedelta(seconds=30)))
        return token
