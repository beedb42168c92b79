"""Web page of the simulator: phones to try the account with, and the operator's desk; plain files from `static/`.

Addresses: `/` the list, `/phones/<openid or name>` one phone, `/desk` the operator's desk. On a narrow screen one of
the three is shown, on a wide one all.

Hooks for browser tests (none will change without this text):

    [data-phone="<openid>"][data-name="<name>"]   a person in the list; #search, #new-name, #add-person
    #phone[data-phone="<openid>"]                 the open phone; #back to the list
    #chat                                         the chat; #chat[data-count] number of entries shown
    .entry[data-number][data-from][data-kind][data-channel]   one entry; data-from is person, account or system
    .bubble[data-from="account"]                  what is inside a bubble; also data-from="person"
    .note[data-kind="failure"]                    the sentence for an app out of order
    .card                                         news, template message, link or place; .card[data-url]
    .option[data-option="<id>"]                   a choice of a msgmenu, tappable
    a.link[data-url]                              a link in a text, opened in the in-app browser
    #menu .menu-item[data-name], .menu-sub[data-name]         menu bar; a top button opens its .menu-sub buttons
    #keyboard                                     switches between menu bar and text input
    #say, #send                                   text input and its button
    #plus, .tool[data-tool]                       image voice video location link scan follow unfollow
    #pick-image, #pick-video                      file inputs behind two of the tools
    #scene, #scan, .scene[data-scene]             the scan sheet: typed scene, or one of the codes made
    #follow                                       the big button of who does not follow
    #browser, #browser iframe, #browser-close     the in-app browser; the frame's window.name is `phone:<openid>`
    #desk .tab[data-tab]                          person faults calls callbacks more
    #clock, .advance[data-minutes]                time, and the buttons that move a hand clock, or that of all parts
    #moved                                        how far all parts are ahead of the real time
    #fault-target, #fault-kind, #fault-times, #fault-value, #fault-add, .fault[data-number] button
    .call[data-path][data-errcode], .callback[data-number][data-outcome]     rows of the two logs
    #many, #add-many                              people by the dozen

Who a page inside the phone belongs to is told without cookies: the frame is named `phone:<openid>`, a name that stays
with the frame wherever the app sends it, and the authorize page reads it. Elsewhere the authorize page asks who one
is, or takes `&simulator_openid=<openid>` and, for a virtual account, `&simulator_snapshot=1`.
"""

import html
import mimetypes
from pathlib import Path

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from simulator.clock import day_of
from simulator.simulator import Simulator

STATIC = Path(__file__).parent / "static"


def _file(name: str) -> Response:
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC) or not path.is_file():
        raise NotFound
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    return Response(path.read_bytes(), content_type=content_type, headers={"Cache-Control": "no-cache"})


def authorize() -> Response:
    """The authorize page for a browser: it finds out who one is and comes back with the openid."""
    return _file("authorize.html")


def article(sim: Simulator, publish_id: str, index: int) -> Response:
    """The page of a published or mass-sent article; 404 once it is taken off the web."""
    publication = sim.world.publications.get(publish_id)
    if publication is None or not 1 <= index <= len(publication.articles) or index in publication.deleted:
        raise NotFound
    shown = publication.articles[index - 1]
    values = {
        "title": html.escape(str(shown["title"])),
        "author": html.escape(str(shown.get("author", ""))),
        "account": html.escape(sim.account.name),
        "day": day_of(publication.at),
        "content": str(shown["content"]),  # markup of the account's own; scripts went when the draft was made
    }
    text = (STATIC / "article.html").read_text("utf-8")
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return Response(text, content_type="text/html; charset=utf-8")


def handle(sim: Simulator, request: Request) -> Response:
    """Answer a request for the page or one of its files; NotFound for anything else."""
    path = request.path
    if path in ("/", "/desk") or path.startswith("/phones/"):
        return _file("index.html")
    if path.startswith("/static/"):
        return _file(path.removeprefix("/static/"))
    if path == "/simulator/avatar.svg" or path == "/favicon.ico":
        return _file("avatar.svg")
    parts = path.strip("/").split("/")
    if len(parts) == 3 and parts[0] == "s" and parts[2].isdigit():
        return article(sim, parts[1], int(parts[2]))
    raise NotFound
