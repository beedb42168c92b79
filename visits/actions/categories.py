"""Categories of requests: the ones every installation begins with, and the keywords of those in use."""

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from visits.models.requests import Category
from visits.rules.needs import Keywords

#: The first categories; later the table is maintained by staff. Shops write as few as three characters (有货吗, 要5条),
#: too few to be recognised as a need without one of these keywords.
FIRST = tuple(
    (name, words.split())
    for name, words in (
        (
            "货源",
            "断货 缺货 没货 有货 来货 到货 新品 补货 订货 订烟 加单 改单 订单 货源 投放 限量 断了 卖完 卖光 缺 条",
        ),
        ("送货", "送货 配送 没送到 漏送 少送 送错 司机 几点到 几点送 没送 没到 少了 破损"),
        ("价格", "价格 调价 涨价 降价 价签 标价 零售价 多少钱 几块钱 啥价 什么价"),
        ("真假与法规", "假烟 真假 真伪 封签 喷码 罚款"),
        ("许可证", "许可证 换证 办证 到期 延续 变更 停业 歇业 补办"),
        ("账款", "扣款 扣钱 没扣 余额 退钱 退款 付款 银行卡 账户 发票"),
        ("陈列", "陈列 柜台 烟柜 展示 海报 摆放"),
        ("投诉建议", "投诉 举报 检举 控告 告状 态度差 态度恶劣 态度不好"),
        ("意见建议", "态度 不满意 建议 意见"),
    )
)
#: Questions on these are looked up before anybody is asked.
LOOKED_UP = ("真假与法规", "许可证", "陈列")
#: Goes to the supervisor, and not to the manager who may be complained about.
COMPLAINTS = "投诉建议"
#: Where a session keeps the keywords it has read.
_READ = "visits.keywords"


def install(connection: Connection) -> None:
    """Insert the first categories where there are none: part of every upgrade.

    Staff retire categories and never delete one, so a retired category does not come back.
    """
    if connection.scalar(select(Category.id).limit(1)) is None:
        rows = [
            {
                "name": name,
                "position": n,
                "keywords": words,
                "goes_up": name == COMPLAINTS,
                "is_looked_up": name in LOOKED_UP,
            }
            for n, (name, words) in enumerate(FIRST, 1)
        ]
        connection.execute(insert(Category), rows)


def keywords(session: Session) -> list[Keywords]:
    """Return the categories in use with their keywords: read once in a session, however many ask."""
    kept: list[Keywords] | None = session.info.get(_READ)
    if kept is not None:
        return kept
    columns = (Category.id, Category.position, Category.keywords, Category.goes_up, Category.is_looked_up)
    known = session.execute(select(*columns).where(Category.retired_at.is_(None)))
    found = [
        Keywords(row.id, row.position, tuple(map(str, row.keywords)), row.goes_up, row.is_looked_up) for row in known
    ]
    session.info[_READ] = found
    return found


def are_changed(session: Session) -> None:
    """Note that this session has changed categories: they are read anew."""
    session.info.pop(_READ, None)
