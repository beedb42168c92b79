"""Access token cache: one process fetches the token, and all use it (wechat-platform.md §3)."""

from collections.abc import Callable
from datetime import timedelta

from wechat_bot.client.codes import EXPLAINED, Act, SendError
from wechat_bot.client.stores import Store

#: A token is replaced so long before it expires: WeChat gives the next one from then on, and takes both meanwhile.
RESERVE = timedelta(minutes=5)
#: How long no process asks again after a refusal: a wrong secret must not use up the day's quota.
REFUSED_FOR = timedelta(seconds=30)


class Tokens:
    """Access token cache. `fetch` asks WeChat's stable_token, and returns a token and its lifetime in seconds."""

    def __init__(self, store: Store, fetch: Callable[[], tuple[str, int]]) -> None:
        self._store = store
        self._fetch = fetch

    def current(self) -> str:
        """The current token, fetched if there is none."""
        return self._store.get("token") or self.replace(None)

    def peek(self) -> str:
        """State of the cache for the health page, without a call: `ok`, `refused` (by WeChat, lately) or `none yet`."""
        if self._store.get("token-refused"):
            return "refused"
        return "ok" if self._store.get("token") else "none yet"

    def store_problem(self) -> str:
        """What is wrong with the store; empty if it is well."""
        return self._store.problem()

    def replace(self, failed: str | None) -> str:
        """Replace the token that failed; returns the new one.

        Only the holder of the lock asks WeChat, and only if the stored token is still the failed one: of twelve
        processes whose calls failed together, one fetches and eleven find the new token. WeChat may give the same
        token again; the caller tries once with it and then gives up.
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
                # Not `uncertain`, whatever became of the fetch: the call the token was for was never made.
                raise SendError(str(error), code=error.code, act=Act.RETRY) from error
            # Every other refusal of the token endpoint is final: never loop. 40001 means a bad token everywhere else,
            # and a wrong secret here (wechat-platform.md §3).
            said = EXPLAINED[40125] + f"（{error}）" if error.code in (40001, 40125) else str(error)
            self._store.put("token-refused", f"{error.code} {said}", REFUSED_FOR)
            raise SendError(said, code=error.code, act=Act.STOP) from error
        self._store.put("token", token, max(timedelta(seconds=seconds) - RESERVE, timedelta(seconds=30)))
        return token
