"""Error code table of WeChat: what each means for whoever called (wechat-platform.md §10)."""

from datetime import timedelta
from enum import Enum


class Act(Enum):
    """Reaction to an error code."""

    RETRY = "try again after a while"
    REFRESH = "replace the token, then try once more"
    STOP = "stop calling until a person has mended it"
    NO = "give up: another try gets the same answer"


#: A mass message that was taken before under the same client id, with the msg_id of the first; a media id that is not
#: there (any more).
SENT_BEFORE, NO_SUCH_MEDIA = 45065, 40007
#: Codes that are no errors: the same request was accepted before.
ACCEPTED = frozenset({SENT_BEFORE, 40241})
_TABLE: dict[Act, tuple[int, ...]] = {
    Act.RETRY: (-1, 43117, 45011, 45066, 45159, 61450),
    Act.REFRESH: (40001, 40014, 42001),
    Act.STOP: (
        *(40013, 40125, 40164, 40200, 43106, 43116, 45009, 45028, 45103),
        *(48001, 48003, 48004, 48006, 48008),
        *(89501, 89503, 89504, 89505, 89506, 89507),
    ),
    Act.NO: (
        *(40003, 40004, 40005, 40006, 40007, 40009, 40029, 40031, 40032, 40033, 40035, 40037, 40050, 40053, 40059),
        *(40066, 40097, 40130, 40132, 40163, 41001, 41005, 41006, 43004, 43019, 43101, 44002, 44003, 44004),
        *(45002, 45003, 45004, 45005, 45008, 45015, 45026, 45029, 45047, 45056, 45057, 45058, 45059, 45064, 45067),
        *(45072, 45080, 45081, 45083, 45084, 45110, 45157, 45158, 46001, 46003, 46004, 47001, 47003, 48002, 49003),
        *(50002, 50005, 53600, 61451, *range(61452, 61460), *range(65300, 65400), 88000, 88001, 88002),
        # Of a menu: what is too long or too many in it.
        *range(40015, 40029),
    ),
}
_ACTS = {code: act for act, codes in _TABLE.items() for code in codes}
#: Mistakes in our own requests or settings: nothing of the kind is sent until somebody mends it.
_OURS = frozenset({40033, 40037, 41001, 44002, 44004, 45067, 47001})
#: The shortest time to wait after an error, where it is more than the usual one.
_WAITS = {45011: timedelta(minutes=1), 45066: timedelta(minutes=1), 43117: timedelta(minutes=10)}

EXPLAINED: dict[int, str] = {
    -1: "微信系统繁忙",
    40001: "access_token 无效",
    40003: "找不到这个微信用户",
    40007: "微信里没有这个素材了",
    40009: "图片太大，微信不收",
    40013: "AppID 不对，请检查 WECHAT_APP_ID",
    40014: "access_token 无效",
    40125: "AppSecret 不对，请检查 WECHAT_APP_SECRET",
    40031: "名单里有微信不认识的人",
    40032: "一次群发最多 10,000 人",
    40130: "一次群发至少 2 人",
    40132: "找不到这个微信号",
    40200: "这类公众号没有这个接口",
    40164: "服务器 IP 不在公众号后台的白名单里",
    42001: "access_token 已过期",
    43004: "对方没有关注",
    43019: "对方在黑名单里",
    43106: "公众号被限制添加模板",
    43116: "这个模板被微信封禁了，请换一个",
    43117: "模板消息发得太频繁",
    43101: "对方没有同意接收",
    45002: "内容太长",
    45003: "标题太长",
    45004: "摘要太长",
    45005: "原文链接太长",
    45009: "今天的接口调用次数已用完",
    45011: "调用太频繁",
    45015: "超出 48 小时回复期",
    45028: "没有群发次数了",
    45029: "永久二维码已用满 10 万个",
    45056: "微信里已有 100 个标签，请先在公众号后台删去不用的",
    45059: "有人的标签已满 20 个",
    45066: "同一条群发要隔一分钟再试",
    45110: "作者名太长",
    45158: "标签名太长，最多 30 字节",
    45047: "客服消息条数已用完",
    46004: "找不到这个微信用户",
    47003: "模板参数不合要求",
    48001: "公众号没有这个接口的权限",
    48002: "对方关闭了接收消息",
    48003: "公众号还没有同意群发协议，请管理员先在公众平台手工群发一次",
    48004: "接口被封禁",
    48008: "公众号没有这种消息的权限",
    49003: "找不到这个微信用户",
    50002: "对方的微信被限制使用",
    50005: "对方没有关注",
}


def act_on(code: int) -> Act:
    """The reaction to an error code. Unknown codes are final: a loop on an unknown error helps nobody.

    >>> [act_on(code).name for code in (42001, 43004, 99999)]
    ['REFRESH', 'NO', 'NO']
    """
    return _ACTS.get(code, Act.NO)


def is_known(code: int) -> bool:
    """Whether an error code is in the table.

    >>> is_known(43004), is_known(99999)
    (True, False)
    """
    return code in _ACTS


class SendError(Exception):
    """Failure of a call to WeChat: refused, or without a readable answer.

    `code` is WeChat's errcode, None if no answer could be read. `uncertain`: the call may have taken effect.
    `wait` is the shortest time to wait before another try.
    """

    def __init__(
        self, message: str, *, code: int | None = None, act: Act | None = None, uncertain: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.act = act or (act_on(code) if code is not None else Act.RETRY)
        self.uncertain = uncertain
        self.wait = _WAITS.get(code or 0, timedelta())

    @property
    def permanent(self) -> bool:
        """Whether another try is pointless."""
        return self.act in (Act.NO, Act.STOP)

    @property
    def is_alarming(self) -> bool:
        """Whether a person must see to it: something must be mended, or the code is unknown."""
        return self.act is Act.STOP or self.code in _OURS or (self.code is not None and not is_known(self.code))


def explained(error: SendError) -> str:
    """The reason in words for staff.

    >>> explained(SendError("", code=45029)), explained(SendError("")), explained(SendError("", code=99999))
    ('永久二维码已用满 10 万个', '连不上微信', '微信没有接受（错误码 99999）')
    """
    if error.code is None:
        return "连不上微信"
    return EXPLAINED.get(error.code, f"微信没有接受（错误码 {error.code}）")
