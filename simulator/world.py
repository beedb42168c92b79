"""World of the platform: accounts, followers, transcripts, tokens and the rest, as plain data that can be saved."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Account:
    """One official account and how its callbacks are set up in the console (wechat-platform.md §1)."""

    app_id: str = "wx5a1bd9f4c0de7a31"
    secret: str = "0123456789abcdef0123456789abcdef"
    token: str = "simulator"
    aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    previous_aes_key: str | None = None
    original_id: str = "gh_5a1bd9f4c0de"
    name: str = "五微服务号"
    kind: str = "service"  # or subscription
    certified: bool = True
    comments: bool = True  # whether it has the right to comments
    mode: str = "safe"  # or compatible, plain
    format: str = "xml"  # or json
    keeps_drafts: bool = False  # whether a draft stays when it is sent or published
    confirms_mass: bool = False  # whether the administrator must confirm each mass message of the API
    oauth_domain: str | None = None  # the one domain people may be sent back to; None lets any through

    @property
    def is_service(self) -> bool:
        """Whether this is a 服务号, which alone has templates and web authorization."""
        return self.kind == "service"


@dataclass
class Entry:
    """One thing in a follower's chat: what was seen or done, by whom, and what carried it.

    source: person, account or system. channel: message, event, reply, customer, template, subscribe, mass, preview,
    or notice. kind: text, image, voice, video, location, link, news, music, msgmenu, …, or failure for the sentence
    shown when the app did not answer. delivery: number of the callback it caused or came from.
    """

    number: int
    at: datetime
    source: str
    channel: str
    kind: str
    text: str
    detail: dict[str, Any] = field(default_factory=dict)
    delivery: int | None = None


@dataclass
class Window:
    """Some customer-service messages that may be sent until a moment (§4)."""

    left: int
    expires_at: datetime


@dataclass
class Follower:
    """A person with WeChat, seen by this account; `subscribed` says whether they follow it now."""

    openid: str
    name: str
    unionid: str
    subscribed: bool = False
    subscribed_at: datetime | None = None
    scene_kind: str = "ADD_SCENE_OTHERS"
    scene: str = ""
    remark: str = ""
    tags: list[int] = field(default_factory=list)
    blacklisted: bool = False
    refuses: bool = False  # switched this account's messages off
    snapshot: bool = False  # opens pages without consent, as a virtual account (§9)
    windows: dict[str, Window] = field(default_factory=dict)
    acted_at: datetime | None = None
    typing_until: datetime | None = None
    mass_received: dict[str, int] = field(default_factory=dict)
    template_ids: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    consents: dict[str, int] = field(default_factory=dict)
    transcript: list[Entry] = field(default_factory=list)


@dataclass
class Tag:
    """A tag and the openids that bear it, in the order they got it."""

    number: int
    name: str
    members: dict[str, None] = field(default_factory=dict)


@dataclass
class Issued:
    """An access token, or a web-authorization token or refresh token when it has an openid."""

    value: str
    family: str
    issued_at: datetime
    expires_at: datetime
    is_revoked: bool = False
    openid: str = ""
    scope: str = ""
    is_snapshot: bool = False


@dataclass
class Code:
    """A web-authorization code: single use, five minutes (§9)."""

    value: str
    openid: str
    scope: str
    expires_at: datetime
    is_used: bool = False
    is_snapshot: bool = False


@dataclass
class Scene:
    """A QR code that was created; `expires_at` None is for ever."""

    ticket: str
    action: str
    scene: str
    url: str
    expires_at: datetime | None = None


@dataclass
class Media:
    """An uploaded file; `expires_at` None is permanent material. The bytes are kept beside the saved state."""

    media_id: str
    kind: str
    name: str
    content_type: str
    at: datetime
    expires_at: datetime | None = None
    content: bytes = b""
    title: str = ""
    introduction: str = ""


@dataclass
class Draft:
    """Articles waiting to be sent or published."""

    media_id: str
    articles: list[dict[str, Any]]
    at: datetime


@dataclass
class Comment:
    """What somebody wrote under an article; `index` is the article's, counted from 1."""

    number: int
    index: int
    openid: str
    content: str
    at: datetime
    is_elected: bool = False
    reply: str | None = None
    replied_at: datetime | None = None


@dataclass
class Touch:
    """Somebody read or shared an article; `scene` is where from, in the words of the figures."""

    kind: str  # read or share
    index: int
    openid: str
    at: datetime
    scene: str


@dataclass
class Publication:
    """Articles put on the web, by publishing or by a mass message. `data_id` leads to their comments and figures."""

    publish_id: str
    article_id: str
    articles: list[dict[str, Any]]
    at: datetime
    status: int = 1
    msg_id: int | None = None
    deleted: list[int] = field(default_factory=list)
    data_id: int = 0
    failed: list[int] = field(default_factory=list)
    judged: int = 0  # the status it will end with
    commentable: list[int] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)


@dataclass
class MassJob:
    """One accepted mass message and what became of it (§6)."""

    msg_id: int
    at: datetime
    kind: str
    status: str = "SENDING"
    verdict: str = "send success"
    total: int = 0
    filtered: int = 0
    sent: int = 0
    failed: int = 0
    publish_id: str | None = None
    copyright: str = "clean"
    #: Whom it goes to, while the administrator has not confirmed it; and what they will see.
    waiting: list[str] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)


@dataclass
class Template:
    """A template of a template message or of a subscription notice (§5)."""

    template_id: str
    title: str
    content: str
    kind: str = "template"  # or subscribe
    is_legacy: bool = False
    is_long_term: bool = False
    choices: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class ConditionalMenu:
    """A menu for those who match its rule (§9)."""

    menu_id: int
    button: list[dict[str, Any]]
    matchrule: dict[str, Any]


@dataclass
class Later:
    """Something the platform will do of itself: send a callback, end a mass job, end a publication."""

    due_at: datetime
    kind: str
    reference: str = ""
    openid: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """Everything that survives a restart."""

    serial: int = 0
    followers: dict[str, Follower] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    tags: dict[int, Tag] = field(default_factory=dict)
    next_tag: int = 100
    issued: dict[str, Issued] = field(default_factory=dict)
    current_token: dict[str, str] = field(default_factory=dict)
    forced_at: list[datetime] = field(default_factory=list)
    token_fetches: dict[str, int] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    ticket: Issued | None = None
    usage_day: str = ""
    usage: dict[str, int] = field(default_factory=dict)
    quotas: dict[str, int] = field(default_factory=dict)
    quota_clears: dict[str, int] = field(default_factory=dict)
    scenes: dict[str, Scene] = field(default_factory=dict)
    latest_scene: dict[str, str] = field(default_factory=dict)
    menu: list[dict[str, Any]] | None = None
    conditional_menus: list[ConditionalMenu] = field(default_factory=list)
    media: dict[str, Media] = field(default_factory=dict)
    image_urls: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    publications: dict[str, Publication] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    mass_jobs: dict[int, MassJob] = field(default_factory=dict)
    mass_client_ids: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    mass_days: dict[str, int] = field(default_factory=dict)
    mass_speed: int = 0
    later: list[Later] = field(default_factory=list)
