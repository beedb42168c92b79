"""Mass messages: a draft for each part, sent once whatever WeChat answers; what no answer tells is called unsure."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, insert, select, update

from foundation.errors import Refused
from tests.programs import massing
from tests.programs.massing import ABOUT, ARTICLE, Receiver, Said
from wechat_bot import clock_steadiness
from wechat_bot.client import mass
from wechat_bot.mass import drafts, planning, previewing, quota, receipts, settling
from wechat_bot.mass.models import AccountUse, MassDraft, MassJob, MassReceipt, MassUse
from wechat_bot.mass.source import MassContent
from wechat_bot.models import Follower, Raised

CHINA = ZoneInfo("Asia/Shanghai")
SEND, ADD, INFOS = "/cgi-bin/message/mass/send", "/cgi-bin/draft/add", "/cgi-bin/user/info/batchget"


@pytest.fixture
def house(build_masses):
    return build_masses()


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, second, tzinfo=CHINA)


def follow(house, count: int) -> list[str]:
    """So many more who follow, by openid in order."""
    openids = sorted(phone.openid for phone in house.sim.follow_many(count))
    rows = [
        {"openid": each, "followed_at": house.clock(), "message_left": 0, "event_left": 0, "has_held": False}
        for each in openids
    ]
    with house.services.transaction() as session:
        session.execute(insert(Follower), rows)
    return openids


def plan(house, *parts, **changed) -> None:
    with house.services.transaction() as session:
        massing.plan(session, parts, now=house.clock(), **changed)


def go(house) -> None:
    """Let the worker send what is due, and WeChat report what ended."""
    run(house, "mass messages")
    house.sim.settle()
    run(house, "receipts of mass messages", "mass messages without receipt")


def run(house, *names: str) -> None:
    for job in house.app.extensions["jobs"]:
        if job.name in names:
            job.run(house.services)


def later(house, **span) -> None:
    house.clock.advance(timedelta(**span))
    house.sim.settle()
    go(house)


def until(house, moment: datetime) -> None:
    later(house, seconds=(moment - house.clock()).total_seconds())


def found(house, part: int = 1, about: str = ABOUT) -> MassJob:
    with house.look() as session:
        return session.scalars(select(MassJob).where(MassJob.about == about, MassJob.part == part)).one()


def states(house) -> Counter:
    with house.look() as session:
        return Counter(session.scalars(select(MassJob.state)))


def cards(house, openids) -> Counter:
    """How many have had so many mass messages."""
    followers = house.sim.world.followers
    return Counter(sum(entry.channel == "mass" for entry in followers[openid].transcript) for openid in openids)


def booked(house, month: int) -> Counter:
    with house.look() as session:
        return Counter(session.scalars(select(MassUse.used).where(MassUse.month == month, MassUse.used > 0)))


def calls_used(house, what: str = "mass") -> int:
    with house.look() as session:
        return session.scalar(select(AccountUse.used).where(AccountUse.what == what)) or 0


def sent_at(house) -> list[datetime]:
    return [call.at for call in house.sim.calls if call.path == SEND]


def at_once(calls) -> None:
    with ThreadPoolExecutor(len(calls)) as pool:
        for each in [pool.submit(call) for call in calls]:
            each.result()


# The call


def test_each_part_has_a_draft_of_its_own_and_every_phone_shows_the_card(house) -> None:
    """25,000 in three parts, for a draft is gone once it was sent."""
    everybody = follow(house, 25_000)
    plan(house, everybody[:10_000], everybody[10_000:20_000], everybody[20_000:])
    go(house)
    assert (house.sim.count(ADD), house.sim.count(SEND)) == (3, 3)
    with house.look() as session:
        jobs = session.scalars(select(MassJob).order_by(MassJob.part)).all()
        assert session.scalars(select(MassDraft).where(MassDraft.gone_at.is_(None))).all() == []
    assert len({job.draft_media_id for job in jobs}) == 3
    assert len({job.msg_id for job in jobs}) == 3
    assert [(job.state, job.total, job.filtered, job.sent, job.errors) for job in jobs] == [
        ("finished", size, size, size, 0) for size in (10_000, 10_000, 5000)
    ]
    assert cards(house, everybody) == {1: 25_000}
    # Cover and picture inside were uploaded once, not for each part.
    assert house.sim.count("/cgi-bin/material/add_material") == house.sim.count("/cgi-bin/media/uploadimg") == 1
    [publication, *_] = house.sim.world.publications.values()
    assert publication.articles[0]["title"] == ARTICLE.title
    assert "picture:" not in publication.articles[0]["content"]
    assert "<img src=" in publication.articles[0]["content"]  # WeChat keeps its own pictures only


@pytest.mark.on_sqlite
def test_texts_and_pictures_need_no_draft(house) -> None:
    everybody = follow(house, 4)
    with house.services.transaction() as session:
        session.add_all([Said(about="test:2", text="明天停电"), Said(about="test:3", picture=massing.COVER)])
    plan(house, everybody[:2], about="test:2")
    plan(house, everybody[2:], about="test:3")
    go(house)
    assert states(house) == {"finished": 2}
    assert house.sim.count(ADD) == 0
    shown = [house.sim.world.followers[openid].transcript[-1] for openid in everybody]
    assert [entry.kind for entry in shown] == ["text", "text", "image", "image"]
    assert shown[0].text == "明天停电"


def test_one_receiver_is_no_mass_message(house) -> None:
    [only] = follow(house, 1)
    plan(house, [only])
    go(house)
    assert house.sim.count(SEND) == 0
    assert (found(house).state, found(house).has_news) == ("cancelled", True)
    with house.look() as session:
        assert session.scalar(select(Receiver.why)) == "alone"
    assert booked(house, 202612) == {}


@pytest.mark.on_sqlite
def test_a_job_by_tag_goes_to_whom_the_tag_has(house) -> None:
    everybody = follow(house, 3)
    wechat = house.services.wechat
    tag_id = wechat.create_tag("城区一片")
    wechat.tag(tag_id, everybody, add=True)
    plan(house, everybody, tag_id=tag_id)
    go(house)
    assert house.sim.count("/cgi-bin/message/mass/sendall") == 1
    assert (found(house).state, found(house).total) == ("finished", 3)


@pytest.mark.on_sqlite
def test_a_source_that_refuses_its_content_ends_the_job_with_its_sentence(house) -> None:
    with house.services.transaction() as session:
        session.add(Said(about=ABOUT, text="撤回"))
    plan(house, follow(house, 2))
    go(house)
    assert (found(house).state, found(house).error) == ("refused", "文章已撤回。")


# Answers


@pytest.mark.on_sqlite
def test_a_time_out_after_which_wechat_has_it_is_asked_again_and_doubles_nothing(house) -> None:
    everybody = follow(house, 30)
    plan(house, everybody)
    house.sim.faults.add(SEND, "lost_answer", times=1)
    run(house, "mass messages")
    assert (found(house).state, house.sim.count(SEND)) == ("sending", 1)
    later(house, seconds=60)
    assert house.sim.count(SEND) == 1
    later(house, seconds=1)
    assert house.sim.count(SEND) == 2
    job = found(house)
    # WeChat's report came before our own note of its number.
    assert (job.state, job.sent, job.error) == ("finished", 30, None)
    assert cards(house, everybody) == {1: 30}


def test_the_same_id_too_soon_is_asked_again_after_a_minute_and_is_no_failure(house) -> None:
    everybody = follow(house, 30)
    plan(house, everybody)
    house.sim.faults.add(SEND, "lost_answer", times=1)
    run(house, "mass messages")
    house.clock.advance(timedelta(seconds=10))
    with house.services.transaction() as session:  # as if another worker's lease had lapsed by a wrong clock
        session.execute(update(MassJob).values(lease_until=house.clock()))
    run(house, "mass messages")
    assert house.sim.calls[-1].errcode == 45066
    assert (found(house).state, found(house).has_news) == ("sending", False)
    later(house, seconds=61)
    assert (found(house).state, house.sim.count(SEND)) == ("finished", 3)
    assert cards(house, everybody) == {1: 30}


@pytest.mark.on_sqlite
def test_what_wechat_does_not_answer_for_23_hours_is_unsure_until_its_report_comes(house) -> None:
    everybody = follow(house, 30)
    plan(house, everybody, heeds_quiet=False)
    house.sim.faults.add(SEND, "lost_answer", times=1)
    house.sim.faults.add("callback:MASSSENDJOBFINISH", "late", value=84_000)
    run(house, "mass messages")
    house.sim.settle()
    house.sim.faults.add(SEND, "http", value=502, times=None)
    for _ in range(46):
        assert found(house).state == "sending"
        later(house, minutes=30)
    later(house, minutes=2)
    assert (found(house).state, found(house).has_news) == ("unsure", True)
    assert 20 < house.sim.count(SEND) < 35  # they count as calls of the day
    assert {json.loads(call.body)["clientmsgid"] for call in house.sim.calls if call.path == SEND} == {
        found(house).client_id
    }
    calls = house.sim.count(SEND)
    later(house, minutes=20)
    assert (found(house).state, found(house).sent) == ("finished", 30)
    assert house.sim.count(SEND) == calls
    assert cards(house, everybody) == {1: 30}


@pytest.mark.on_sqlite
def test_the_report_of_an_unsure_job_is_known_by_its_size(house) -> None:
    everybody = follow(house, 30)
    plan(house, everybody, heeds_quiet=False)
    house.sim.faults.add(SEND, "lost_answer", times=1)
    house.sim.faults.add("callback:MASSSENDJOBFINISH", "late", value=3600)
    run(house, "mass messages")
    house.sim.settle()
    house.sim.faults.add(SEND, "errcode", value=40007, times=1)  # its draft is used up
    later(house, seconds=61)
    assert (found(house).state, found(house).error_code) == ("unsure", 40007)
    later(house, hours=1)
    job = found(house)
    assert (job.state, job.sent, job.error) == ("finished", 30, None)
    assert cards(house, everybody) == {1: 30}


def test_a_draft_that_somebody_sent_by_hand_is_made_anew_once(house) -> None:
    everybody = follow(house, 30)
    plan(house, everybody)
    house.sim.faults.add(SEND, "errcode", value=40007, times=1)
    go(house)
    assert found(house).state == "planned"
    later(house, seconds=61)
    assert (found(house).state, house.sim.count(ADD), house.sim.count(SEND)) == ("finished", 2, 2)
    plan(house, everybody, about="test:2")
    house.sim.faults.add(SEND, "errcode", value=40007, times=2)
    go(house)
    later(house, seconds=61)
    assert (found(house, about="test:2").state, found(house, about="test:2").error) == (
        "refused",
        "微信里没有这个素材了",
    )


def test_a_cover_that_somebody_deleted_in_the_account_is_uploaded_again(house) -> None:
    everybody = follow(house, 8)
    plan(house, everybody[:2])
    go(house)
    [gone] = [media_id for media_id, media in house.sim.world.media.items() if media.kind == "image"]
    del house.sim.world.media[gone]
    later(house, minutes=2)
    plan(house, everybody[2:4], everybody[4:6], everybody[6:], about="test:2")
    at_once([partial(run, house, "mass messages")] * 3)
    house.sim.settle()
    assert states(house) == {"finished": 4}
    assert cards(house, everybody) == {1: 8}


def test_strangers_are_found_without_a_call_for_each_and_all_others_get_it(house) -> None:
    everybody = follow(house, 10_000)
    gone = [everybody[77], everybody[5000]]
    plan(house, everybody)
    for openid in gone:
        del house.sim.world.followers[openid]
    house.sim.world.followers[everybody[3]].subscribed = False
    go(house)
    assert (found(house).state, found(house).size) == ("drafted", 9997)
    later(house, seconds=61)
    assert (found(house).state, found(house).total, found(house).sent) == ("finished", 9997, 9997)
    assert calls_used(house) == house.sim.count(SEND) == 2
    with house.look() as session:
        why = dict(session.execute(select(Receiver.openid, Receiver.why).where(Receiver.why.is_not(None))).all())
        left = session.scalars(select(Follower.openid).where(Follower.unfollowed_at.is_not(None))).all()
    assert why == dict.fromkeys([*gone, everybody[3]], "stranger")
    assert set(left) == set(why)
    assert booked(house, 202612) == {1: 9997}


def test_strangers_that_cannot_be_asked_for_just_now_are_looked_for_later(house) -> None:
    everybody = follow(house, 30)
    plan(house, everybody)
    del house.sim.world.followers[everybody[7]]
    house.sim.faults.add(INFOS, "http", value=502, times=3)
    go(house)
    for _ in range(3):
        assert (found(house).state, found(house).size) == ("drafted", 30)
        later(house, minutes=29)
        later(house, minutes=1)
    later(house, seconds=61)
    assert (found(house).state, found(house).sent, house.sim.count(SEND)) == ("finished", 29, 5)
    assert cards(house, everybody[:7] + everybody[8:]) == {1: 29}


@pytest.mark.on_sqlite
@pytest.mark.parametrize(("code", "said"), [(45003, "标题太长"), (45110, "作者名太长"), (45002, "内容太长")])
def test_content_that_wechat_does_not_take_ends_the_job_before_anything_is_sent(house, code, said) -> None:
    plan(house, follow(house, 30))
    house.sim.faults.add(ADD, "errcode", value=code, times=1)
    go(house)
    job = found(house)
    assert (job.state, job.error, job.error_code, job.has_news) == ("refused", said, code, True)
    assert house.sim.count(SEND) == 0


@pytest.mark.parametrize(("code", "resumes"), [(45028, at(11, 8)), (48001, at(10, 10, 5)), (40164, at(10, 10, 5))])
def test_what_concerns_the_account_holds_up_all_jobs_and_is_told(house, code, resumes) -> None:
    everybody = follow(house, 40)
    plan(house, everybody[:20], everybody[20:])
    house.sim.faults.add(SEND, "errcode", value=code, times=1)
    go(house)
    assert house.sim.count(SEND) == 1
    with house.look() as session:
        news = [planning.read_news(job) for job in session.scalars(planning.has_news("test"))]
        assert session.scalar(select(Raised.what)) == f"wechat:{code}"
    assert [(each.part, each.pauses, each.error_code) for each in news] == [(1, True, code), (2, True, code)]
    until(house, resumes - timedelta(seconds=1))
    assert house.sim.count(SEND) == 1
    until(house, resumes)
    assert states(house) == {"finished": 2}
    assert cards(house, everybody) == {1: 40}


@pytest.mark.on_sqlite
@pytest.mark.parametrize("code", [40130, 40032])
def test_too_few_or_too_many_receivers_are_a_bug_that_somebody_sees(house, code) -> None:
    plan(house, follow(house, 30))
    house.sim.faults.add(SEND, "errcode", value=code, times=1)
    go(house)
    assert (found(house).state, found(house).error_code) == ("refused", code)
    with house.look() as session:
        assert session.scalar(select(Raised.what)) == f"wechat:{code}"


def test_a_fault_of_the_account_on_a_retry_does_not_make_it_a_failure(house) -> None:
    """WeChat may have taken it before: only the same id can tell."""
    everybody = follow(house, 30)
    plan(house, everybody)
    house.sim.faults.add(SEND, "lost_answer", times=1)
    run(house, "mass messages")
    house.sim.faults.add(SEND, "errcode", value=48001, times=1)
    later(house, seconds=61)
    assert found(house).state == "sending"
    later(house, minutes=5)
    assert found(house).state == "finished"
    assert cards(house, everybody) == {1: 30}


# Quotas, quiet hours, months


@pytest.mark.on_sqlite
def test_98_parts_keep_to_sixty_a_minute_and_the_hundredth_call_is_the_days_last(house) -> None:
    everybody = follow(house, 2 * 98)
    pairs = [everybody[n : n + 2] for n in range(0, len(everybody), 2)]
    plan(house, *pairs)
    go(house)
    assert states(house) == {"finished": 60, "drafted": 38}
    later(house, seconds=30)
    assert states(house)["finished"] == 60
    later(house, seconds=31)
    assert states(house) == {"finished": 98}
    times = sent_at(house)
    assert all(sum(start <= each < start + timedelta(seconds=60) for each in times) <= 60 for start in times)
    assert times[-1] < at(10, 10, 2)
    plan(house, *pairs[:4], about="test:2")
    later(house, seconds=61)
    assert house.sim.count(SEND) == 100
    waiting = found(house, 4, "test:2")
    assert (waiting.state, waiting.due_at, waiting.error) == ("planned", at(11, 0), "今天的接口调用次数已用完")
    assert not planning.read_news(waiting).pauses
    until(house, at(11, 0, 1))
    assert found(house, 4, "test:2").due_at == at(11, 8)
    until(house, at(11, 8))
    assert states(house) == {"finished": 102}
    assert sum(call.path == SEND and call.errcode == 0 for call in house.sim.calls) == 102


@pytest.mark.on_sqlite
def test_a_count_that_was_cleared_lets_go_what_waits_for_tomorrow(house) -> None:
    everybody = follow(house, 4)
    with house.services.transaction() as session:
        session.add(AccountUse(what="mass", day_on=at(10, 0).date(), used=100))
    plan(house, everybody[:2], everybody[2:])
    go(house)
    assert house.sim.count(SEND) == 0
    assert "2 批" in house.flask("outbox", "resume").output
    go(house)
    assert states(house) == {"finished": 2}


@pytest.mark.on_sqlite
def test_a_day_that_wechat_says_is_spent_has_no_calls_left_for_us_either(house) -> None:
    everybody = follow(house, 4)
    plan(house, everybody[:2], everybody[2:], heeds_quiet=False)
    house.sim.faults.add(SEND, "errcode", value=45009, times=1)
    go(house)
    with house.look() as session:
        assert quota.calls_left(session, "mass", now=house.clock()) == 0
    until(house, at(10, 23, 59))
    assert house.sim.count(SEND) == 1
    until(house, at(11, 0))
    assert states(house) == {"finished": 2}
    with house.look() as session:
        assert quota.calls_left(session, "mass", now=house.clock()) == 98


@pytest.mark.on_sqlite
def test_what_is_not_out_by_nine_in_the_evening_waits_for_the_morning(house) -> None:
    """Three parts are due at 20:59:30; WeChat takes none of them in that half minute."""
    everybody = follow(house, 9)
    house.clock.advance(at(10, 20, 59, 30) - house.clock())
    plan(house, everybody[:3], everybody[3:6], everybody[6:])
    house.sim.faults.add(SEND, "errcode", value=45011, times=3)
    go(house)
    house.sim.faults.clear()
    later(house, seconds=61)
    assert states(house) == {"drafted": 3}
    until(house, at(11, 7, 59))
    assert house.sim.count(SEND) == 3
    until(house, at(11, 8))
    assert states(house) == {"finished": 3}


@pytest.mark.on_sqlite
def test_what_cannot_go_before_its_last_moment_is_late(house) -> None:
    everybody = follow(house, 4)
    house.clock.advance(at(10, 21, 5) - house.clock())
    plan(house, everybody[:2], everybody[2:], not_after=at(10, 23))
    go(house)
    until(house, at(11, 8))
    assert states(house) == {"late": 2}
    assert (found(house).error, found(house).has_news, house.sim.count(SEND)) == ("过时未发", True, 0)


def test_an_old_backup_sends_nothing(house) -> None:
    """It holds jobs of 08:00, sent since then; it is started at 13:00, after their last moment, or a day later."""
    everybody = follow(house, 6)
    plan(house, everybody[:2], not_after=at(10, 12))
    plan(house, everybody[2:4], about="test:2")
    house.clock.advance(timedelta(hours=24))
    plan(house, everybody[4:], about="test:3")
    assert "已取消 0 条还没有发出的消息，3 批群发。" in house.flask("outbox", "cancel", "--all").output
    with house.services.transaction() as session:
        session.execute(update(MassJob).values(state="planned"))
        session.execute(delete(MassJob).where(MassJob.about == "test:3"))
    go(house)
    assert states(house) == {"late": 2}
    assert house.sim.count(SEND) == 0


def test_a_backup_of_an_hour_ago_repeats_nothing_for_wechat_knows_the_ids(house) -> None:
    everybody = follow(house, 6)
    plan(house, everybody[:3], everybody[3:])
    go(house)
    with house.services.transaction() as session:
        session.execute(delete(MassReceipt))
        again = {"state": "planned", "msg_id": None, "attempts": 0, "first_attempt_at": None, "draft_media_id": None}
        session.execute(update(MassJob).values(**again, called_at=None, accepted_at=None, total=None, sent=None))
    later(house, hours=1)
    assert states(house) == {"accepted": 2}
    assert cards(house, everybody) == {1: 6}
    # The reports came before the backup was restored: WeChat is asked after a day.
    later(house, hours=24, minutes=1)
    job = found(house)
    assert (job.state, job.status, job.error, job.sent) == ("finished", "结果未回传", "结果未回传", None)


def test_a_send_booked_in_november_is_booked_in_december_when_it_goes_then(build_masses) -> None:
    house = build_masses()
    everybody = follow(house, 10)
    with house.services.transaction() as session:  # one of them is full in the month in which it really goes
        session.add(MassUse(openid=everybody[4], month=202612, used=4))
    plan(house, everybody, month=202611)
    assert booked(house, 202611) == {1: 10}
    go(house)
    assert booked(house, 202611) == {}
    assert booked(house, 202612) == {1: 9, 4: 1}
    job = found(house)
    assert (job.state, job.month, job.size, job.total) == ("finished", 202612, 9, 9)
    with house.look() as session:
        assert session.execute(select(Receiver.openid, Receiver.why).where(Receiver.why.is_not(None))).all() == [
            (everybody[4], "quota")
        ]


# Pausing, cancelling


def test_a_job_held_back_by_its_source_waits_and_goes_when_let_go(house) -> None:
    everybody = follow(house, 4)
    with house.services.transaction() as session:
        session.add(Said(about=ABOUT, holds="已暂停"))
    plan(house, everybody[:2], everybody[2:])
    for _ in range(3):
        later(house, minutes=1)
    assert (states(house), found(house).error, house.sim.count(SEND)) == ({"planned": 2}, "已暂停", 0)
    with house.services.transaction() as session:
        session.execute(update(Said).values(holds=""))
        assert planning.let_go(session, ABOUT, now=house.clock()) == 2
    go(house)
    assert states(house) == {"finished": 2}


@pytest.mark.on_sqlite
def test_a_cancelled_job_in_the_call_is_not_tried_again_and_is_unsure(house) -> None:
    everybody = follow(house, 6)
    plan(house, everybody[:3], everybody[3:])
    house.sim.faults.add(SEND, "unreachable", times=2)
    house.sim.faults.add(SEND, "http", value=502, times=None)
    run(house, "mass messages")
    with house.services.transaction() as session:
        cancelled = planning.cancel(session, ABOUT, now=house.clock())
    assert cancelled == planning.Cancelled((), (1, 2))
    house.sim.faults.clear()
    calls = house.sim.count(SEND)
    later(house, minutes=2)
    assert states(house) == {"unsure": 2}
    assert house.sim.count(SEND) == calls
    with house.services.transaction() as session:
        assert [job.part for job in settling.unsure(session, 50)] == [1, 2]
        assert settling.decide(session, 1, arrived=False, by="周经理", now=house.clock())
        assert not settling.decide(session, 1, arrived=True, by="周经理", now=house.clock())
    assert (found(house).state, found(house).error) == ("refused", "周经理确认没有发出")


# Reports


def test_a_report_before_our_own_note_twice_and_of_nobodys_message_counts_once(house) -> None:
    everybody = follow(house, 30)
    plan(house, everybody)
    house.sim.faults.add("callback:MASSSENDJOBFINISH", "doubled", times=1)
    go(house)
    assert (found(house).state, found(house).sent) == ("finished", 30)
    with house.services.transaction() as session:
        planning.noted(session, [found(house).id])
    finish = next(each for each in house.sim.deliveries if each.name == "MASSSENDJOBFINISH")
    house.sim.redeliver(finish)
    assert not found(house).has_news
    nobodys = {**finish.fields, "MsgID": 1_999_999_999}
    house.sim.desk.schedule("callback", fields=nobodys)
    later(house, minutes=1)
    with house.look() as session:
        assert session.get(MassReceipt, "1999999999").total == 30
    assert states(house) == {"finished": 1}


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("err(20013)", "微信审核没有通过：涉嫌侵犯版权"),
        ("err(40001)", "管理员没有同意这次群发"),
        ("err(40002)", "管理员 30 分钟内没有确认这次群发"),
        ("err(20431)", "微信审核没有通过（err(20431)）"),
    ],
)
def test_what_wechats_review_stops_is_refused_with_the_reason_in_words(house, verdict, said) -> None:
    plan(house, follow(house, 30))
    house.sim.judge_next_mass(verdict)
    go(house)
    job = found(house)
    assert (job.state, job.error, job.has_news, job.sent) == ("refused", said, True, 0)


@pytest.mark.on_sqlite
def test_an_end_that_is_never_reported_is_asked_about_after_a_day(house) -> None:
    plan(house, follow(house, 30))
    house.sim.faults.add("callback:MASSSENDJOBFINISH", "lost", times=1)
    go(house)
    later(house, hours=23)
    assert found(house).state == "accepted"
    later(house, hours=1, minutes=1)
    assert (found(house).state, found(house).error) == ("finished", "结果未回传")


def two_unsure(house, *, lost: int = 0, failures: int = 0) -> None:
    """Two parts of thirty whose answers were lost, and whose drafts are used up: WeChat has both. So many of their
    reports are lost, too, and in one of them so many people failed."""
    everybody = follow(house, 60)
    plan(house, everybody[:30], everybody[30:], heeds_quiet=False)
    house.sim.judge_next_mass(failures=failures)
    house.sim.faults.add(SEND, "lost_answer", times=2)
    if lost:
        house.sim.faults.add("callback:MASSSENDJOBFINISH", "lost", times=lost)
    house.sim.faults.add("callback:MASSSENDJOBFINISH", "late", value=7200, times=2 - lost)
    run(house, "mass messages")
    house.sim.settle()
    house.sim.faults.add(SEND, "errcode", value=40007, times=2)
    later(house, seconds=61)
    assert states(house) == {"unsure": 2}
    later(house, hours=3)


def test_two_unsure_jobs_of_one_size_have_the_two_reports_of_that_size(house) -> None:
    two_unsure(house)
    assert states(house) == {"finished": 2}
    assert [(found(house, part).sent, found(house, part).error) for part in (1, 2)] == [(30, None)] * 2
    assert len({found(house, part).msg_id for part in (1, 2)}) == 2


@pytest.mark.on_sqlite
def test_whose_report_is_whose_of_two_is_not_pretended_where_they_differ(house) -> None:
    two_unsure(house, failures=2)
    assert states(house) == {"finished": 2}
    assert sorted(found(house, part).sent or 0 for part in (1, 2)) == [28, 30]
    assert "第 1、2 批人数一样" in (found(house).error or "")


def test_a_report_that_could_be_either_of_two_unsure_jobs_is_given_to_none_until_somebody_says(house) -> None:
    two_unsure(house, lost=1)
    assert states(house) == {"unsure": 2}
    with house.services.transaction() as session:
        jobs = settling.unsure(session, 9)
        [report] = receipts.offered(session, jobs, now=house.clock())[jobs[0].id]
        assert not receipts.assign(session, jobs[0].id, "1999999999", now=house.clock())
        assert receipts.assign(session, jobs[0].id, report.msg_id, now=house.clock())
        assert not receipts.assign(session, jobs[1].id, report.msg_id, now=house.clock())
    assert states(house) == {"finished": 1, "unsure": 1}


# Drafts and previews


@pytest.mark.on_sqlite
def test_drafts_that_nothing_needs_are_listed_and_deleted(house) -> None:
    everybody = follow(house, 4)
    mass.add_draft(house.services.wechat, {"title": "手工写的", "content": "x", "thumb_media_id": cover(house)})
    with house.services.transaction() as session:
        session.add(AccountUse(what="mass", day_on=at(10, 0).date(), used=100))
    plan(house, everybody)
    run(house, "mass messages")
    assert drafts.left_over(house.services) == []
    with house.services.transaction() as session:
        planning.cancel(session, ABOUT, now=house.clock())
    # Of a worker that died before it could note its draft.
    copy = {"title": ARTICLE.title, "content": "x", "thumb_media_id": cover(house)}
    stray = mass.add_draft(house.services.wechat, copy)
    left = drafts.left_over(house.services)
    assert Counter(each.about for each in left) == {ABOUT: 1, "": 1}
    assert stray in {each.media_id for each in left}
    assert "2 份" in house.flask("mass", "drafts").output
    assert "已删除 2 份草稿" in house.flask("mass", "drafts", "--delete").output
    assert [draft.articles[0]["title"] for draft in house.sim.world.drafts.values()] == ["手工写的"]


@pytest.mark.on_sqlite
def test_a_preview_shows_one_phone_what_all_would_get_and_leaves_no_draft(house) -> None:
    li = house.phone("老李")
    li.follow()
    preview = partial(previewing.preview, house.services, MassContent(ARTICLE), massing.SOURCE.picture)
    preview(openid=li.openid)
    preview(name="老李")
    assert [entry.channel for entry in li.follower.transcript][-2:] == ["preview", "preview"]
    assert li.follower.transcript[-1].text == ARTICLE.title
    assert house.sim.world.drafts == {}
    with pytest.raises(Refused, match="找不到这个微信号"):
        preview(name="没有这个人")
    assert house.sim.world.drafts == {}
    with house.services.transaction() as session:
        assert quota.calls_left(session, "preview", now=house.clock()) == 97
        session.execute(update(AccountUse).where(AccountUse.what == "preview").values(used=100))
    calls = len(house.sim.calls)
    with pytest.raises(Refused, match="今天的预览次数（每天 100 次）已用完"):
        preview(openid=li.openid)
    assert len(house.sim.calls) == calls
    house.clock.advance(timedelta(days=1))
    preview(openid=li.openid)


@pytest.mark.on_sqlite
def test_wechats_own_figures_of_an_article_are_asked_by_its_data_id(house) -> None:
    everybody = follow(house, 30)
    plan(house, everybody)
    go(house)
    shown = house.sim.world.followers[everybody[0]].transcript[-1]
    reader, sharer = house.sim.phone("零售户00001"), house.sim.phone("零售户00002")
    url = shown.detail["articles"][0]["url"]
    reader.read(url), sharer.read(url, scene="聊天会话"), sharer.share(url)
    until(house, at(12, 9))
    days = mass.article_days(house.services.wechat, found(house).msg_data_id, at(10, 0).date())
    assert days == [mass.ArticleDay(at(day, 0).date(), readers=2, sharers=1) for day in (10, 11)]


def cover(house) -> str:
    return mass.add_picture(house.services.wechat, "a.png", massing.pictures.png(), "image/png")


def test_what_a_clock_ahead_put_off_or_called_goes_on_once_it_is_right(house) -> None:
    def beat() -> None:
        with house.services.transaction() as session:
            clock_steadiness.note(session, now=house.server())

    everybody = follow(house, 4)
    plan(house, everybody[:2], everybody[2:])
    house.sim.faults.add(SEND, "lost_answer", times=1)
    house.sim.faults.add(SEND, "errcode", times=1, value=45011)
    house.server.wrong_by = timedelta(hours=5)
    beat()
    go(house)
    assert states(house) == {"sending": 1, "drafted": 1}
    house.server.wrong_by = timedelta()
    later(house, seconds=61)
    assert states(house) == {"sending": 1, "drafted": 1}
    beat()
    later(house, seconds=61)
    # The report on the first came while the clock was wrong, and was refused.
    assert states(house) == {"accepted": 1, "finished": 1}
    assert cards(house, everybody) == {1: 4}
