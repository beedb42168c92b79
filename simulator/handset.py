"""Phone actions, the common part: do something that the app hears of, and collect what it answers."""

from collections.abc import Callable
from typing import Any

from simulator import windows
from simulator.callbacks import Courier
from simulator.desk import Delivery, Desk
from simulator.world import Entry, Follower

Dispatch = Callable[[Delivery], None]


class NotPossible(Exception):
    """A person cannot do this on a phone now: write to an account they do not follow, tap what is not there."""


class Seen(list[Entry]):
    """Entries a person has just seen."""

    @property
    def texts(self) -> list[str]:
        """Their texts, one each."""
        return [entry.text for entry in self]

    @property
    def text(self) -> str:
        """All of them as one text, a line break between two."""
        return "\n".join(self.texts)


class Handset:
    """A phone that can make itself heard by the app and notices what the account sends."""

    def __init__(self, desk: Desk, courier: Courier, follower: Follower, dispatch: Dispatch | None = None) -> None:
        self.desk = desk
        self.courier = courier
        self.follower = follower
        self._dispatch = dispatch or courier.deliver
        #: So many entries of the chat were seen already.
        self.looked = 0

    @property
    def openid(self) -> str:
        """Who this is to the account."""
        return self.follower.openid

    @property
    def name(self) -> str:
        """Who this is to us."""
        return self.follower.name

    @property
    def transcript(self) -> list[Entry]:
        """The whole chat, the oldest entry first."""
        return list(self.follower.transcript)

    def unread(self) -> Seen:
        """What came from the account since the last action or the last look, such as customer-service messages."""
        return self._since(self.looked)

    def _since(self, start: int) -> Seen:
        with self.desk.lock:
            self.looked = len(self.follower.transcript)
            return Seen(entry for entry in self.follower.transcript[start:] if entry.source != "person")

    def _send(
        self,
        kind: str,
        text: str,
        fields: dict[str, Any],
        *,
        trigger: str | None = None,
        detail: dict[str, Any] | None = None,
        is_leaving: bool = False,
    ) -> Seen:
        """Do something the app hears of: open its window, put it in the chat, deliver the callback."""
        with self.desk.lock:
            if not self.follower.subscribed and not is_leaving:
                raise NotPossible(f"{self.name} does not follow the account")
            now = self.desk.clock()
            self.follower.acted_at = now
            if trigger is not None:
                windows.open_window(self.follower, trigger, now)
            delivery = self.courier.make(self.openid, fields)
            channel = "event" if fields["MsgType"] == "event" else "message"
            entry = self.desk.show(self.follower, "person", channel, kind, text, detail, delivery.number)
        self._dispatch(delivery)
        return self._since(entry.number + 1)

    def event(self, name: str, text: str = "", *, trigger: str | None = None, **fields: Any) -> Seen:
        """Any event at all, with these extra fields, such as `event("user_info_modified")`."""
        given = {"MsgType": "event", "Event": name} | fields
        return self._send(name.lower(), text, given, trigger=trigger)
