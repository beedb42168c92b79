"""Demo drivers: a clock that starts in the past, the simulator's phones, browsers in the console."""

import base64
import re
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Flask
from werkzeug.test import TestResponse

from config.demo import templates
from foundation.clock import system_clock
from wechat_bot import jobs
from wechat_bot.feature import Job
from wechat_bot.services import Services

#: Seconds for one step on the simulator: much longer than needed, for the machine may be busy.
PATIENCE = 300
#: Jobs that run at least this often look at what the messages of one step came to; the others wait until they are due
#: where a scene begins.
FREQUENT = timedelta(minutes=2)

_TOKEN = re.compile(r'name="form_token" value="([^"]*)"')
_STAMPED = re.compile(
    r'<form[^>]*?(?: action="([^"]*)")?[^>]*>(?:(?!</form>).)*?name="stamp" value="([^"]*)"', re.DOTALL
)
_IN_WECHAT = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 MicroMessenger/8.0.49"}
_FIRST_PASSWORD = re.compile(r'<p class="password">([^<]+)</p>')


class PastClock:
    """Clock that runs some days behind the real one; can be moved forward, but never past the present."""

    def __init__(self, begins: datetime) -> None:
        self._behind = max(timedelta(), system_clock() - begins)

    def __call__(self) -> datetime:
        return system_clock() - self._behind

    def move_to(self, moment: datetime) -> timedelta:
        """Move the clock forward to a moment, at most to the present; gives the time skipped."""
        step = min(max(timedelta(), moment - self()), self._behind)
        self._behind -= step
        return step


class Platform:
    """Client of the simulator: its phones and its clock."""

    def __init__(self, base: str, session: requests.Session | None = None) -> None:
        self._base = f"{base}/simulator"
        self._session = session or requests.Session()

    def do(self, who: str, action: str, **what: object) -> str:
        """Let a person do something on the phone; gives the account's answer."""
        answer = self._post(f"followers/{who}/{action}", {"wait": True, **what})
        return "\n".join(entry["text"] for entry in answer["entries"] if entry["source"] == "account")

    def open(self, who: str, address: str) -> str:
        """Let a person open an address inside WeChat; gives the address that they are led to."""
        return str(self._post(f"followers/{who}/open", {"url": address})["url"])

    def send_image(self, who: str, content: bytes) -> str:
        """Let a person send a picture; gives the account's answer."""
        return self.do(who, "send_image", content=base64.b64encode(content).decode())

    def say(self, who: str, *texts: str) -> str:
        """Let a person send texts one after another; gives the answer to the last."""
        said = ""
        for text in texts:
            said = self.do(who, "say", text=text)
        return said

    def heard(self, who: str) -> str:
        """All messages of the account to a person, the newest last."""
        answer = self._session.get(f"{self._base}/followers/{who}/entries", timeout=PATIENCE)
        answer.raise_for_status()
        return "\n".join(entry["text"] for entry in answer.json()["entries"] if entry["source"] == "account")

    def read(self, who: str, title: str) -> bool:
        """Let a person read WeChat's own article of this title, where they got one; gives whether they did."""
        answer = self._session.get(f"{self._base}/followers/{who}/entries", timeout=PATIENCE)
        answer.raise_for_status()
        cards = [each for entry in answer.json()["entries"] for each in entry["detail"].get("articles", ())]
        addresses = [each["url"] for each in cards if each["title"] == title and "/s/" in each["url"]]
        if addresses:
            self.do(who, "read", url=addresses[-1])
        return bool(addresses)

    def introduce(self, who: str) -> None:
        """Add a person's phone to the simulator; it does not follow the account yet."""
        self._post("followers", {"name": who})

    def choose_templates(self) -> None:
        """Add the account's template messages, as one does in WeChat's own console."""
        for name, (title, content, _) in templates.CHOSEN.items():
            self._post("templates", {"template_id": f"demo-{name}", "title": title, "content": content})

    def advance(self, by: timedelta) -> None:
        """Move the simulator's clock forward too, so that what is due there happens."""
        self._post("clock/advance", {"seconds": by.total_seconds()})
        self.settle()

    def settle(self) -> None:
        """Wait until the simulator has delivered its receipts."""
        self._post("settle", {})

    def _post(self, path: str, what: dict[str, object]) -> dict[str, Any]:
        answer = self._session.post(f"{self._base}/{path}", json=what, timeout=PATIENCE)
        answer.raise_for_status()
        return dict(answer.json())


class Desk:
    """Browser of a person in the console."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self._token = ""
        #: The stamp of each edit form on the current page.
        self._stamps: dict[str, str] = {}

    def begin(self, name: str, first: str) -> str:
        """Sign in with a first password and change it, as the console requires; gives the new one."""
        password = secrets.token_urlsafe(12)
        self.sign_in(name, first)
        self.get("/console/password")
        self.post("/console/password", old=first, new=password, again=password)
        self.get("/console/")
        return password

    def sign_in(self, name: str, password: str) -> None:
        """Sign in; also needed again on another day."""
        self._read(self._client.get("/console/sign-in"))
        self._read(self._client.post("/console/sign-in", data=self._form(name=name, password=password)))
        self._read(self._client.get("/console/", follow_redirects=True))

    def get(self, path: str) -> str:
        """Open a page."""
        return self._inside(self._client.get(path, follow_redirects=True))

    def post(self, path: str, **fields: Any) -> str:
        """Send a form; gives the page it leads to."""
        stamp = {"stamp": self._stamps[path]} if path in self._stamps else {}
        return self._inside(self._client.post(path, data=self._form(**stamp, **fields), follow_redirects=True))

    def new_colleague(self, login: str, role: str, **fields: Any) -> str:
        """Create an account; gives its first password, which the page shows once."""
        found = _FIRST_PASSWORD.search(self.post("/console/users/new", login=login, role=role, **fields))
        if found is None:
            raise RuntimeError(f"no password is shown for {login}")
        return found[1]

    def option(self, path: str, field: str, label: str) -> str:
        """The value of the option with this label."""
        page = self.get(path)
        select = page.split(f'name="{field}"', 1)[1].split("</select>", 1)[0]
        found = re.search(rf'<option value="([^"]*)"[^>]*>\s*{re.escape(label)}', select)
        if found is None:
            raise RuntimeError(f"{path} offers no {label}")
        return found[1]

    def _form(self, **fields: Any) -> dict[str, Any]:
        return {"form_token": self._token, **fields}

    def _inside(self, answer: TestResponse) -> str:
        if answer.request.path == "/console/sign-in":
            raise RuntimeError("nobody is signed in any more")
        return self._read(answer)

    def _read(self, answer: TestResponse) -> str:
        if answer.status_code >= 400:
            raise RuntimeError(f"{answer.request.path}: {answer.status}\n{answer.text}")
        if found := _TOKEN.search(answer.text):
            self._token = found[1]
        self._stamps = {action or answer.request.path: stamp for action, stamp in _STAMPED.findall(answer.text)}
        return answer.text


class Handset:
    """Browser inside WeChat on a person's phone."""

    def __init__(self, app: Flask, platform: Platform, public_url: str, who: str) -> None:
        self._client, self._platform, self._site, self._who = app.test_client(), platform, public_url, who
        self._page = ""

    def open(self, path: str) -> str:
        """Open a page; WeChat says who opened it."""
        return self._follow(self._client.get(path, base_url=self._site, headers=_IN_WECHAT))

    def press(self, path: str, do: str) -> str:
        """Press a button of the form on the page that is open."""
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self._page))
        form = hidden | {"do": do}
        return self._follow(self._client.post(path, base_url=self._site, headers=_IN_WECHAT, data=form))

    def _follow(self, answer: TestResponse) -> str:
        for _ in range(8):
            if answer.status_code not in (302, 303):
                break
            parts = urlsplit(self._platform.open(self._who, answer.headers["Location"]))
            answer = self._client.get(f"{parts.path}?{parts.query}", base_url=self._site, headers=_IN_WECHAT)
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.request.path}: {answer.status}\n{answer.text}")
        self._page = answer.text
        return self._page


class Stage:
    """Demo stage: the app running in the past, with all due work done before each next step."""

    #: The longest step of the clock between two runs of the jobs.
    STRIDE = timedelta(hours=4)

    def __init__(self, app: Flask, services: Services, clock: PastClock, platform: Platform) -> None:
        self.app, self.services, self.clock, self.platform = app, services, clock, platform
        self._last_run: dict[str, datetime] = {}

    def flask(self, *command: str) -> str:
        """Run a flask command that must succeed; gives its output."""
        done = self.app.test_cli_runner().invoke(args=list(command))
        if done.exit_code:
            raise RuntimeError(f"{' '.join(command)}: {done.output}") from done.exception
        return done.output.strip()

    def handset(self, who: str) -> Handset:
        """The browser on a person's phone."""
        return Handset(self.app, self.platform, self.services.public_url, who)

    def work(self, *, is_on_the_way: bool = False) -> None:
        """Run the jobs that are due, on the way to a scene the frequent ones alone; send the queued messages, and let
        the frequent jobs look at what became of it; wait for receipts."""
        for _ in range(2):
            for job in self.app.extensions["jobs"]:
                if job.every <= FREQUENT or not (is_on_the_way or self._has_just_run(job)):
                    self._last_run[job.name] = self.clock()
                    job.run(self.services)
            is_idle = True
            while jobs.work(self.services):
                is_idle = False
            if is_idle:
                break
        self.platform.settle()

    def _has_just_run(self, job: Job) -> bool:
        last = self._last_run.get(job.name)
        return last is not None and self.clock() - last < job.every

    def until(self, moment: datetime) -> None:
        """Move time forward in steps, doing the work that comes due."""
        while (left := min(moment, system_clock()) - self.clock()) > timedelta(seconds=1):
            self.platform.advance(self.clock.move_to(self.clock() + min(left, self.STRIDE)))
            self.work(is_on_the_way=left > self.STRIDE)
