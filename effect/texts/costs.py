"""Sentences of costs: what was sent, what it would have cost, what was left unused, who was not reached."""

from collections.abc import Sequence

SMS = "短信"
NO_PRICE = "请写一条短信多少元，例如 0.05。"
NO_SOURCE = "请写上价格是从哪里来的。"
PAST = "{} 已经结账，不能改它的价格。"
PRICE_SET = "价格已保存。"
NO_PRICE_YET = "还没有定短信的价格"
EXPLAINED = (
    "只算微信收下的；群发按微信说的送达人数，没有说的按发出的人数。",
    "对照的是同样多的短信要付多少钱：一人一条，按当月的价格。",
    "每个关注者一个月最多收 4 条群发，没有用掉的月底作废。",
    "没有送到的，包括没发的和发了没有到的，按次数算：一家店几次没有收到，算几次。",
)


def saved(messages: int, price: str, yuan: float) -> str:
    """Say how a saving is worked out.

    >>> saved(1284, "0.045", 57.78)
    '1,284 条 × ¥0.045 = ¥57.78'
    """
    return f"{messages:,} 条 × ¥{price} = ¥{yuan:,.2f}"


def of_company_only(labels: Sequence[str]) -> str:
    """Say which savings are nobody's but the company's: they stand on no page of an area, a class or a manager.

    >>> of_company_only(["场地"])
    '场地、短信只按全公司算，这里不分摊。'
    """
    return f"{'、'.join((*labels, SMS))}只按全公司算，这里不分摊。"
