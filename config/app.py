"""Composition root: the list of features, the services they use, and the Flask app that serves them."""

import secrets
from collections.abc import Sequence
from typing import Any

import requests
import structlog
from flask import Blueprint, Flask, Request, Response, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from broadcasts.feature import broadcasts
from campaigns import jobs as campaign_jobs
from campaigns.feature import campaigns
from config import assets, commands, health, icons, numbers
from config.settings import ROOT, Settings, WrongSettings
from console import access, extension, failures, shell
from console import jobs as console_jobs
from console.feature import console
from console.lists import exporting
from console.pages import dashboard
from courses.feature import courses
from effect.feature import effect
from foundation.clock import Clock, Stopwatch, system_stopwatch
from foundation.database import Database, is_away, is_contention
from foundation.errors import Refused
from people.feature import people
from quizzes.feature import quizzes
from surveys.feature import surveys
from visits.feature import visits
from wechat_bot import collecting, oauth, texts, webhook
from wechat_bot.chat import chat
from wechat_bot.client.stores import ProcessStore, RedisStore, Store
from wechat_bot.client.wechat import Credentials, WeChat
from wechat_bot.doorbell import Doorbell, ProcessDoorbell, RedisDoorbell
from wechat_bot.envelope import CallbackKeys
from wechat_bot.failed_posts import FailedPosts
from wechat_bot.feature import Feature, Job
from wechat_bot.mass import jobs as mass_jobs
from wechat_bot.services import Services, current_services, install
from wechat_bot.shared_redis import SharedRedis

log = structlog.get_logger()

FEATURES: tuple[Feature, ...] = (
    *(chat, console, people, campaigns),
    *(surveys, courses, visits, broadcasts, quizzes, effect),
)
#: Packages whose templates are used by features' pages, and that have no addresses of their own.
KITS = ("blocks", "questions", "campaigns")


def build_services(
    settings: Settings,
    *,
    clock: Clock | None = None,
    stopwatch: Stopwatch = system_stopwatch,
    new_session: Any = requests.Session,
    features: Sequence[Feature] = FEATURES,
    database: Database | None = None,
) -> Services:
    """Build the services from the settings; on an open database where one is given.

    Raises ValueError where two features claim one name, and `WrongSettings`.
    """
    check_notices(settings, features)
    clock = clock or settings.open_clock()
    prefix = f"wuwei:{settings.wechat_app_id}"
    store: Store
    doorbell: Doorbell
    if settings.redis_url:
        shared = SharedRedis(settings.redis_url)
        store, doorbell = RedisStore(shared, prefix, clock), RedisDoorbell(shared, prefix)
    else:
        store, doorbell = ProcessStore(clock), ProcessDoorbell()
    credentials = Credentials(
        settings.wechat_app_id,
        settings.wechat_app_secret.get_secret_value(),
        settings.wechat_api_base,
        settings.wechat_oauth_base,
        settings.wechat_mp_base,
    )
    return Services(
        database=database or settings.open_database(),
        clock=clock,
        stopwatch=stopwatch,
        wechat=WeChat(credentials, store, is_development=settings.development, new_session=new_session),
        doorbell=doorbell,
        callback_keys=CallbackKeys(
            settings.wechat_app_id,
            settings.wechat_token.get_secret_value(),
            settings.aes_keys,
            settings.callback_max_age,
        ),
        switchboard=collecting.switchboard(features),
        criteria=collecting.criteria(features, settings.zone),
        measures=tuple(collecting.measures(features).values()),
        forgets=collecting.forgets(features),
        tables=collecting.tables(features),
        zone=settings.zone,
        account_name=settings.account_name,
        is_service_account=settings.wechat_account_type == "service",
        is_development=settings.development,
        public_url=settings.public_url,
        quiet=settings.quiet,
        most_a_week=settings.most_a_week,
        mailer=settings.mailer,
        declared=tuple(each for feature in features for each in feature.more),
        media_folder=settings.media_path,
        files_folder=settings.files_path,
        templates=settings.templates,
        failed_posts=FailedPosts(settings.web_processes),
    )


def create_app(
    settings: Settings, *, services: Services | None = None, features: Sequence[Feature] = FEATURES
) -> Flask:
    """Create the Flask app: the callback, the features' pages and commands, the health page.

    Raises ValueError where two features claim one name, or one needs what none declares.
    """
    extensions, statics = extension.collect(features), collecting.statics(features)
    app = Flask("wuwei", root_path=str(settings.media_path.parent), static_folder=None)
    numbers.install(app)
    app.session_interface = _Sessions()
    app.config["MAX_CONTENT_LENGTH"] = None  # each view has its own limit
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # an attribute of flask's default provider
    app.extensions["features"] = tuple(features)
    app.extensions["jobs"] = jobs_of(features)
    furnish(app, settings, services or build_services(settings, features=features))
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies)  # type: ignore[method-assign]  # as Flask says
    app.register_blueprint(webhook.blueprint)
    app.register_blueprint(health.blueprint)
    for kit in KITS:
        app.register_blueprint(Blueprint(kit, kit, template_folder="templates"))
    assets.install(app, {**statics, **{kit: ROOT / kit / "static" for kit in KITS}})
    icons.install(app)
    for feature in features:
        for blueprint in (feature.console, feature.mobile):
            if blueprint:
                app.register_blueprint(blueprint)
    own = (*commands.COMMANDS, commands.clock) if settings.moves_time else commands.COMMANDS
    for command in collecting.commands(features, own):
        app.cli.add_command(command)
    app.before_request(_name_the_request)
    app.after_request(_protect)
    access.install(app, extensions)
    shell.install(app)
    dashboard.install(app)
    exporting.check(app.view_functions.values(), extensions)
    app.register_error_handler(HTTPException, _failed)
    app.register_error_handler(Refused, _refused)
    for failure in (InternalError, OperationalError, NoneFree):
        app.register_error_handler(failure, _given_up)
    return app


def jobs_of(features: Sequence[Feature]) -> tuple[Job, ...]:
    """The scheduled jobs: the features' own, and those that run their long tasks, send their campaigns and their mass
    messages."""
    kits = (console_jobs.workers(features), campaign_jobs.workers(features), mass_jobs.workers(features))
    return (*collecting.jobs(features), *(job for kit in kits for job in kit))


def check_notices(settings: Settings, features: Sequence[Feature]) -> None:
    """Refuse templates for notices that no feature sends. Raises `WrongSettings`."""
    known = collecting.notices(features)
    if strange := sorted(settings.wechat_templates.keys() - known.keys()):
        names = ", ".join(sorted(known))
        raise WrongSettings([f"WECHAT_TEMPLATES: there is no notice {strange[0]!r}, only {names}"])


def furnish(app: Flask, settings: Settings, services: Services) -> None:
    """Give an app its settings (all but `proxies`) and its services. An app that serves no request can be furnished
    again: its routes and templates, which take longest to make, are kept."""
    app.secret_key = settings.secret_key.get_secret_value()
    app.config.update(
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
    )
    app.extensions["settings"] = settings
    install(app, services)
    health.install(app, services)


class _Sessions(SecureCookieSessionInterface):
    """Session interface of Flask, switched off for the callback: WeChat keeps no cookies, and looking for one would
    only take time."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return None if request.path == webhook.PATH else super().open_session(app, request)


def _is_for_people() -> bool:
    """Whether a person sees the answer, and not WeChat or a load balancer."""
    return request.path not in (webhook.PATH, health.PATH)


def _failed(error: HTTPException) -> ResponseReturnValue:
    """An error page in plain words, with what the form held. Unexpected exceptions come here too, as a 500."""
    if access.is_console() and error.code in failures.SENTENCES:
        return failures.failed(error.code)
    if not access.is_console() and _is_for_people() and error.code in texts.FAILURES:
        return oauth.failed(error.code)
    return error


def _refused(refusal: Refused) -> ResponseReturnValue:
    return failures.refused(refusal) if access.is_console() else (refusal.sentence, 422)


def _protect(response: Response) -> Response:
    """Add the security headers of every answer; pages have set their own before."""
    settings: Settings = current_app.extensions["settings"]
    if settings.public_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def _given_up(error: InternalError | OperationalError | NoneFree) -> ResponseReturnValue:
    """Answer 503 with a sentence where a page's transaction lost to another one, or the database is unreachable.

    For the callback it stays an error: WeChat delivers again by itself.
    """
    if is_away(error):
        current_services().database.tell(error)
        if request.path == webhook.PATH:
            return "", 500
        sentence = texts.AWAY
    elif not _is_for_people():
        raise error
    elif isinstance(error, OperationalError) and is_contention(error):
        log.warning("given up for another transaction", error=str(error.orig))
        sentence = texts.TOO_BUSY
    else:
        log.exception("the database did not do it")
        sentence = ""
    return failures.failed(503, sentence) if access.is_console() else oauth.failed(503, sentence)


def _name_the_request() -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=secrets.token_hex(6), path=request.path)
