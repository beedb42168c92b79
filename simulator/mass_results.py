"""Mass message results: status, receipt, deletion, sending speed (wechat-platform.md §6)."""

from typing import Any

from simulator import publishing
from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.world import MassJob, Publication

REAL_SPEEDS = (80, 60, 45, 30, 10)


def job_of(desk: Desk, msg_id: object) -> MassJob:
    """The mass message of this number, or 40059."""
    text = str(msg_id)
    found = desk.world.mass_jobs.get(int(text)) if text.isdigit() else None
    if found is None:
        raise Refusal(40059)
    return found


def status(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/mass/get: SENDING, SEND_SUCCESS, SEND_FAIL or DELETE (§6)."""
    job = job_of(desk, call.json().get("msg_id"))
    return {"msg_id": job.msg_id, "msg_status": job.status}


def finish(desk: Desk, msg_id: str) -> dict[str, Any]:
    """End a mass message; the fields of its MASSSENDJOBFINISH (§2). FilterCount is sent plus failed."""
    job = desk.world.mass_jobs[int(msg_id)]
    if job.waiting:  # the administrator let the time pass
        job.verdict, job.waiting = "err(40002)", []
    if job.status == "SENDING":
        job.status = "SEND_SUCCESS" if job.verdict == "send success" else "SEND_FAIL"
    fields: dict[str, Any] = {
        "MsgType": "event",
        "Event": "MASSSENDJOBFINISH",
        "MsgID": job.msg_id,
        "Status": job.verdict,
        "TotalCount": job.total,
        "FilterCount": job.filtered,
        "SentCount": job.sent,
        "ErrorCount": job.failed,
        "CopyrightCheckResult": {"Count": 0, "ResultList": "", "CheckState": 0},
        "ArticleUrlResult": {"Count": 0, "ResultList": ""},
    }
    publication = desk.world.publications.get(job.publish_id or "")
    if publication is not None:
        fields |= _article_results(desk, publication, job.copyright)
    return fields


def _article_results(desk: Desk, publication: Publication, copyright: str) -> dict[str, Any]:
    """CheckState 1 nothing found, 2 found and may be sent all the same, 3 found and may not (§6)."""
    indexes = range(1, len(publication.articles) + 1)
    is_found = copyright != "clean"
    checks = [
        {
            "ArticleIdx": index,
            "UserDeclareState": 0,
            "AuditState": 2 if is_found else 0,
            "OriginalArticleUrl": f"{desk.page_base}/s/original/{index}" if is_found else "",
            "OriginalArticleType": 1 if is_found else 0,
            "CanReprint": 1 if copyright == "reprint" else 0,
            "NeedReplaceContent": 1 if copyright == "reprint" else 0,
            "NeedShowReprintSource": 1 if copyright == "reprint" else 0,
        }
        for index in indexes
    ]
    urls = [{"ArticleIdx": index, "ArticleUrl": publishing.address(desk, publication, index)} for index in indexes]
    state = {"clean": 1, "reprint": 2, "refused": 3}[copyright]
    return {
        "CopyrightCheckResult": {"Count": len(checks), "ResultList": {"item": checks}, "CheckState": state},
        "ArticleUrlResult": {"Count": len(urls), "ResultList": {"item": urls}},
    }


def delete(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/mass/delete {msg_id, article_idx from 1} or {url}: only news and video (§6)."""
    data = call.json()
    if data.get("url"):
        for publication in desk.world.publications.values():
            for index in range(1, len(publication.articles) + 1):
                if publishing.address(desk, publication, index) == data["url"]:
                    publishing.remove(publication, index)
                    return ok()
        raise Refusal(40059)
    job = job_of(desk, data.get("msg_id"))
    if job.kind not in ("news", "video"):
        raise Refusal(40059)
    if job.publish_id is not None:
        publishing.remove(desk.world.publications[job.publish_id], call.number("article_idx", 0))
    if call.number("article_idx", 0) == 0:
        job.status = "DELETE"
    return ok()


def get_speed(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/mass/speed/get: the step 0..4 and what it means in 10,000 a minute (§6)."""
    return {"speed": desk.world.mass_speed, "realspeed": REAL_SPEEDS[desk.world.mass_speed]}


def set_speed(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/mass/speed/set {speed}: 45084 if missing, 45083 unless 0..4 (§6)."""
    speed = call.json().get("speed")
    if speed is None:
        raise Refusal(45084)
    if speed not in range(len(REAL_SPEEDS)):
        raise Refusal(45083)
    desk.world.mass_speed = int(speed)
    return ok()


ROUTES = (
    Route("/cgi-bin/message/mass/get", status, daily=10_000, certified=True),
    Route("/cgi-bin/message/mass/delete", delete, daily=10, certified=True),
    Route("/cgi-bin/message/mass/speed/get", get_speed, daily=1000, certified=True),
    Route("/cgi-bin/message/mass/speed/set", set_speed, daily=1000, certified=True),
)
