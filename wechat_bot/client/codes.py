"""WeChat's error codes as data: what each means for whoever called (wechat-platform.md §10)."""

from enum import Enum


class Act(Enum):
    """What to do about an error code."""

    RETRY = "retry after a while"
    REFRESH = "refresh the token, then once more"
    STOP = "stop calling; somebody must mend it"
    NO = "no, and asking again changes nothing"


_TABLE: dict[Act, tuple[int, ...]] = {
    Act.RETRY: (-1, 45011, 45066, 45159, 61450),
    Act.REFRESH: (40001, 40014, 42001),
    Act.STOP: (
        40013,
        40125,
        40164,
        45009,
        45028,
        45103,
        48001,
        48003,
        48004,
        48006,
        48008,
        89501,
        89503,
        89504,
        89505,
        89506,
        89507,
    ),
}
_ACTS = {code: act for act, codes in _TABLE.items() for code in codes}

EXPLAINED: dict[int, str] = {
    -1: "微信系统繁忙",
    40001: "access_token 无效",
    40003: "找不到这个微信用户",
    40013: "AppID 不对,请检查 WECHAT_APP_ID",
    40014: "access_token 无效",
    40125: "AppSecret 不对,请检查 WECHAT_APP_SECRET",
    40164: "服务器 IP 不在公众号后台的白名单里",
    42001: "access_token 已过期",
    43004: "对方没有关注",
    43019: "对方在黑名单里",
    43101: "对方没有同意接收",
    45002: "内容太长",
    45009: "今天的接口调用次数已用完",
    45011: "调用太频繁",
    45015: "超出 48 小时回复期",
    45028: "没有群发次数了",
    45029: "永久二维码已用满 10 万个",
    45047: "客服消息条数已用完",
    46004: "找不到这个微信用户",
    47003: "模板参数不合要求",
    48001: "公众号没有这个接口的权限",
    48002: "对方关闭了接收消息",
    48004: "接口被封禁",
    49003: "找不到这个微信用户",
    50002: "对方的微信被限制使用",
    50005: "对方没有关注",
}


def act_on(code: int) -> Act:
    """What an error code asks for. Codes we do not know are a no: a loop on an unknown error helps nobody.

    >>> act_on(42001), act_on(43004), act_on(99999)
    (<Act.REFRESH: 'refresh the token, then once more'>, <Act.NO: 'no, and asking again changes nothing'>, \
<Act.NO: 'no, and asking again changes nothing'>)
    """
    return _ACTS.get(code, Act.NO)


class SendError(Exception):
    """WeChat did not take a call, or we cannot know whether it did.

    `code` is WeChat's errcode, None where there was no answer to read. `uncertain`: the call may have taken effect.
    """

    def __init__(
        self, message: str, *, code: int | None = None, act: Act | None = None, uncertain: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.act = act or (act_on(code) if code is not None else Act.RETRY)
        self.uncertain = uncertain

    @property
    def permanent(self) -> bool:
        """Whether trying again is pointless."""
        return self.act in (Act.NO, Act.STOP)
