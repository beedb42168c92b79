"""The simulator as a server: control, API, authorize page, faults on a real connection, and its command."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from simulator.world import Account, Draft

ROOT = Path(__file__).parents[2]


def token(session, base):
    account = Account()
    given = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    return session.post(f"{base}/cgi-bin/stable_token", json=given).json()["access_token"]


def test_a_person_is_made_follows_and_is_answered_over_http(served, control):
    control("followers", {"name": "老李"})
    seen = control("followers/老李/follow", {"scene": "shop:12", "wait": True}).json()["entries"]
    assert seen[0]["text"] == "听到event"
    assert control("followers/老李/say", {"text": "你好"}).json() == {"entries": []}
    served[0].simulator.close()
    chat = control("followers/老李/entries?after=2").json()
    assert [entry["text"] for entry in chat["entries"]] == ["你好", "听到text"]
    assert chat["follower"]["sends_left"] == 8
    assert control("callbacks").json()["callbacks"][0]["attempts"][0]["status"] == 200


def test_an_api_call_is_answered_recorded_and_broken_on_request(served, control, session):
    base = served[0].base
    params = {"access_token": token(session, base)}
    control("followers", {"count": 3, "prefix": "店"})
    assert session.get(f"{base}/cgi-bin/user/get", params=params).json()["total"] == 3
    assert control("calls").json()["calls"][0]["path"] == "/cgi-bin/user/get"
    control("faults", {"target": "/cgi-bin/user/get", "kind": "lost_answer"})
    with pytest.raises(requests.ConnectionError):
        session.get(f"{base}/cgi-bin/user/get", params=params)
    control("faults", {"target": "/cgi-bin/user/get", "kind": "slow", "value": 0.6})
    with pytest.raises(requests.ReadTimeout):
        session.get(f"{base}/cgi-bin/user/get", params=params, timeout=0.2)
    number = control("faults", {"target": "/cgi-bin/*", "kind": "errcode", "value": -1}).json()["faults"][0]["number"]
    assert control(f"faults/{number}", method="DELETE").json()["faults"] == []
    assert session.get(f"{base}/cgi-bin/user/get", params=params).json()["total"] == 3


def test_signed_callbacks_are_built_for_a_load_generator(served, control, session):
    built = control("callbacks/build", {"count": 3, "text": "1"}).json()["callbacks"]
    assert len({one["openid"] for one in built}) == 3
    again = control("callbacks/build", {"count": 4}).json()["callbacks"]
    assert [one["openid"] for one in again[:3]] == [one["openid"] for one in built]
    sent = control("callbacks/raw", {"body": built[0]["body"], "query": built[0]["query"]}).json()
    assert (sent["status"], served[1].heard[-1]["Content"]) == (200, "1")
    redelivered = control(f"callbacks/{built[1]['number']}/redeliver", {}).json()
    assert redelivered["outcome"] == "replied"


def test_clock_quotas_templates_key_switches_and_the_rest_are_under_control(served, control):
    before = control("clock").json()["now"]
    assert control("clock/advance", {"days": 1}).json()["now"] > before
    assert control("quotas", {"path": "/cgi-bin/user/get", "daily": 1}).json()["limits"] == {"/cgi-bin/user/get": 1}
    number = control("templates", {"title": "到货", "content": "{{thing1.DATA}}"}).json()["template_id"]
    assert control("templates").json()["templates"][0]["template_id"] == number
    control("followers", {"name": "老李"})
    assert control("followers/老李", {"refuses": True}).json()["refuses"] is True
    assert control("callbacks/check", {}).json() == {"is_right": True}
    assert control("mass", {"verdict": "send fail"}).status_code == 200
    assert control("settle", {}).json() == {"done": 0}
    assert control("key", {"aes_key": "B" * 43}).status_code == 200
    assert served[0].simulator.account.previous_aes_key == Account().aes_key
    assert control("account").json()["has_hand_clock"] is True


def test_articles_are_judged_sent_by_hand_read_and_commented_on_from_outside(served, control, session):
    desk = served[0].simulator.desk
    with desk.lock:
        article = {"title": "新品", "content": "好", "digest": "好", "need_open_comment": 1}
        desk.world.drafts["D"] = Draft("D", [article], desk.clock())
    control("followers", {"name": "老李", "follow": True})
    assert control("mass", {"copyright": "clean"}).status_code == 200
    assert control("publication", {"status": 3, "failed": [1]}).status_code == 200
    assert control("publication", {"status": 1}).status_code == 400
    assert control("mass/by_hand", {"media_id": "D"}).json()["msg_id"]
    assert control("mass/by_hand", {"text": "今天的第二条"}).status_code == 400
    sent = next(one for one in desk.person("老李").transcript if one.channel == "mass")
    url = sent.detail["articles"][0]["url"]
    for action, data in (("read", {"url": url}), ("share", {"url": url}), ("comment", {"url": url, "text": "好"})):
        assert control(f"followers/老李/{action}", data).status_code == 200
    assert control("followers/老李/read", {"url": "http://nowhere"}).status_code == 400
    [publication] = desk.world.publications.values()
    assert ([touch.kind for touch in publication.touches], len(publication.comments)) == (["read", "share"], 1)


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("followers", {}, 400),
        ("followers/谁", None, 404),
        ("followers/老李/dance", {}, 404),
        ("followers/老李/say", {"text": "未关注"}, 400),
        ("followers/老李/say", {"words": "错"}, 400),
        ("followers/老李", {"name": "x"}, 400),
        ("faults", {"target": "callback", "kind": "dance"}, 400),
        ("key", {"aes_key": "short"}, 400),
        ("nothing/here", None, 404),
        ("media/none", None, 404),
        ("callbacks/999/redeliver", {}, 404),
    ],
)
def test_a_wrong_control_request_is_told_why(control, path, data, status):
    control("followers", {"name": "老李"})
    answer = control(path, data)
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


def test_codes_and_media_are_shown(served, control, session):
    base = served[0].base
    body = {"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 7}}}
    params = {"access_token": token(session, base)}
    session.post(f"{base}/cgi-bin/qrcode/create", params=params, json=body)
    [scene] = control("scenes").json()["scenes"]
    assert control(f"scenes/{scene['ticket']}").content.startswith(b"\x89PNG")
    # Where an app finds it: on one address with everything else.
    shown = session.get(f"{base}/cgi-bin/showqrcode", params={"ticket": scene["ticket"]})
    assert shown.content.startswith(b"\x89PNG")
    control("followers", {"name": "老李"})
    control("followers/老李/follow", {"wait": True})
    control("followers/老李/send_image", {"content": "cG5n", "name": "a.png", "wait": True})
    shown = control("followers/老李/entries?after=2").json()["entries"][0]
    assert control(f"media/{shown['detail']['media_id']}").content == b"png"


def test_the_authorize_page_asks_who_one_is_unless_told(served, control, session):
    base, account = served[0].base, Account()
    openid = control("followers", {"name": "老李"}).json()["followers"][0]["openid"]
    query = {
        "appid": account.app_id,
        "redirect_uri": "http://a.cn/x",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s",
    }
    address = f"{base}/connect/oauth2/authorize"
    assert "authorize.js" in session.get(address, params=query).text
    sent = session.get(address, params=query | {"simulator_openid": openid}, allow_redirects=False)
    assert sent.headers["Location"].startswith("http://a.cn/x?code=")
    assert "appid" in session.get(address, params=query | {"appid": "wx0"}).text.lower()
    url = requests.Request("GET", address, params=query).prepare().url
    opened = control("followers/老李/open", {"url": url}).json()
    assert opened["url"].startswith("http://a.cn/x?code=")


def test_the_page_and_its_files_are_served_and_nothing_beside_them(served, session):
    base = served[0].base
    for path in ("/", "/desk", "/phones/老李", "/static/main.js", "/static/phone.css", "/simulator/avatar.svg"):
        assert session.get(base + path).status_code == 200
    for path in ("/static/none.js", "/static/..%2fserver.py", "/elsewhere", "/s/1/1"):
        assert session.get(base + path).status_code == 404


def test_the_command_listens_says_where_and_keeps_its_state_when_ended(tmp_path, session, request):
    command = [sys.executable, "-m", "simulator", "--port", "0", "--state", str(tmp_path / "s.json"), "--clock", "hand"]

    def start():
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ)
        request.addfinalizer(process.kill)  # where something is asserted before it was stopped
        line = process.stdout.readline()
        return process, re.search(r"http://\S+", line)[0]

    def stop(process):
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=60)[0]
        assert (process.returncode, rest) == (0, "")

    process, base = start()
    session.post(f"{base}/simulator/followers", json={"name": "老李"})
    session.post(f"{base}/simulator/clock/advance", json={"days": 40})
    first = token(session, base)
    now = session.get(f"{base}/simulator/clock").json()["now"]
    stop(process)

    process, base = start()
    assert session.get(f"{base}/simulator/followers").json()["followers"][0]["name"] == "老李"
    assert token(session, base) == first
    assert session.get(f"{base}/simulator/clock").json()["now"] >= now
    stop(process)
