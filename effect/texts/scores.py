"""Sentences of the scorecard."""

from collections.abc import Mapping

from effect.models.scores import ScoreWeights
from effect.rules.scoring import ManagerScore

#: The scores, as people say them.
NAMES = {
    "satisfaction": "满意", "score": "测评", "speed": "及时", "reach": "触达", "learning": "学习", "errands": "交办"
}  # fmt: skip
#: What the events of each are counted in.
UNITS = {"satisfaction": "人评", "score": "份", "speed": "条", "reach": "家次", "learning": "家", "errands": "件"}
TOO_FEW = "样本不足"


def points(share: float | None) -> str:
    """A share as points of a hundred.

    >>> points(0.89434), points(None)
    ('89.4', '—')
    """
    return "—" if share is None else f"{100 * share:.1f}"


def place(score: ManagerScore) -> str:
    """A place as it is written; those who tie share it.

    >>> place(ManagerScore(50, place=5, until=7)), place(ManagerScore(50, place=4, until=4)), place(ManagerScore(9))
    ('5–7', '4', '—')
    """
    if score.place is None:
        return "—"
    return str(score.place) if score.until == score.place else f"{score.place}–{score.until}"


def said(name: str, score: ManagerScore) -> str:
    """A score in words, never without its number of events.

    >>> said("satisfaction", ManagerScore(50, 0.9, 0.8917, 0.7864, 0.9565, 2, 2))
    '满意 89.2（50 人评，78.6–95.7，第 2 名）'
    >>> said("satisfaction", ManagerScore(1, 1.0, 0.8636, 0.2065, 1.0)), said("reach", ManagerScore())
    ('满意 样本不足（1 人评）', '触达 —')
    """
    if not score.n:
        return f"{NAMES[name]} —"
    if not score.is_enough:
        return f"{NAMES[name]} {TOO_FEW}（{score.n:,} {UNITS[name]}）"
    span = f"{points(score.low)}–{points(score.high)}"
    return f"{NAMES[name]} {points(score.shrunk)}（{score.n:,} {UNITS[name]}，{span}，第 {place(score)} 名）"


#: Weights of scores.
NO_WEIGHT = "“{}”的权重请写 0 到 100 的整数。"
NOT_100 = "权重加起来是 {}，要正好 100。"
MONTH_CLOSED = "{} 已经结账，权重请从还没有结账的月份开始。"
DECIDED = "这组权重已经有人处理过了。"
OWN_WEIGHTS = "自己写的权重，要由别人批准。"
NO_TIER = "请选一个级别：初级、中级、高级。"
NO_SCORES_OF_YOURS = "只有客户经理给自己的分数写说明。"
NO_SUCH_MANAGER = "没有这位客户经理，或不归您看。"
LONG_REMARK = "说明最多 {} 个字，现在 {} 个字。"
NOT_FILED = "{} 还没有分数，不用说明。"
NONE_YET = "您还没有评分，第一个月统计出来以后再来看。"
REMARK_KEPT = "说明已存下，上级看得到。"
TIERS = {"junior": "初级", "middle": "中级", "senior": "高级"}


def weighed(weights: Mapping[str, int]) -> str:
    """Weights in words.

    >>> weighed({"satisfaction": 40, "speed": 60})
    '满意 40%，及时 60%'
    """
    return "，".join(f"{NAMES[name]} {weight}%" for name, weight in weights.items())


def remark_overtaken(kept: str) -> str:
    """To a manager whose remark was changed on another page meanwhile.

    >>> remark_overtaken("出差一周")
    '说明刚在别处改成了“出差一周”。再存一次，就用下面这一份。'
    """
    return f"说明刚在别处{f'改成了“{kept}”' if kept else '删掉了'}。再存一次，就用下面这一份。"


def month(number: int) -> str:
    """A month as people say it.

    >>> month(202610)
    '2026 年 10 月'
    """
    return f"{number // 100} 年 {number % 100} 月"


def approved(weights: ScoreWeights) -> str:
    """Weights in force, with since when and who approved them."""
    return f"{weighed(weights.weights)}（{month(weights.from_month)}起，{weights.decided_by}批准）"


EXPLAINED = (
    "分数往公司平均靠过：评的人越少，靠得越多；不到 10 次的不排名次。",
    "横条是误差范围（95%）：两人的横条重叠一大半，就不能说谁好谁差。分数相同的名次并列。",
    "满意是办结评价里选“满意”的；及时是 24 小时内答复的，没答复又过了 24 小时的算没有；触达是名单上收到推送的。",
    "测评是有分值的调查里每份答卷得分（满分 100）的平均，归交卷时的客户经理；误差范围是平均 ± 1.96 × 标准差 ÷ √份数。",
    "学习是绑定的店里本月学完课的；交办是办完的事。每一项按发生的时候归谁算，中途接手的各算各的。",
)
