"""Texts of the month by brand."""

from collections.abc import Sequence

MAY_NOT_WRITE = "您现在没有导入品牌目标和销量的权限。"


def month(number: int) -> str:
    """A month (YYYYMM) as people read it.

    >>> month(202611)
    '2026 年 11 月'
    """
    return f"{number // 100} 年 {number % 100} 月"


def months(numbers: Sequence[int]) -> str:
    """Months, as people read them.

    >>> months([202610, 202611])
    '2026 年 10 月、2026 年 11 月'
    """
    return "、".join(map(month, numbers))


def brought(new: int, changed: int, unchanged: int, gone: int) -> str:
    """What an import did.

    >>> brought(3, 1, 0, 0), brought(2, 0, 0, 1)
    ('新增 3 条，更新 1 条，不变 0 条。', '新增 2 条，更新 0 条，不变 0 条；换掉上级或下级片区的 1 条。')
    """
    more = f"；换掉上级或下级片区的 {gone:,} 条" if gone else ""
    return f"新增 {new:,} 条，更新 {changed:,} 条，不变 {unchanged:,} 条{more}。"
