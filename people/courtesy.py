"""What is only polite: thanks, yes, well received, a wish, a sign – in any order, to anybody; and what else is said.

A small grammar of parts. A text is taken apart into them, and what remains decides: nothing, and it was courtesy;
something that asks, or names a lack, and it is a need; anything else stays in doubt.
"""

import re
import unicodedata
from enum import Enum


class Tone(Enum):
    """How a text is meant."""

    #: Nothing but courtesy.
    THANKS = "thanks"
    #: 嗯嗯, 哈哈: an answer was heard, where one was given; anywhere else it may as well be a question.
    NOD = "nod"
    #: Courtesy, and something that asks nothing.
    DOUBTFUL = "doubtful"
    #: Something is asked, or missing; or there is no courtesy in it.
    OTHER = "other"


def _any(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_THANKS = _any(
    "谢谢 谢 多谢 感谢 致谢 感恩 感激 感激不尽 蟹蟹 谢射 些些 3q 3x thx thank thanks tks "
    "辛苦 辛苦了 费心 劳烦 麻烦了 麻烦您了 麻烦你了 破费 有劳 受累 添麻烦了 给您添麻烦了 给你添麻烦了 "
    "不客气 客气了 别客气 不用谢 没事 没关系 没问题 打扰了"
)
_YES = _any(
    "好(?![贵慢差久少多难坏几烟货猫]|日子) 好的 好滴 好嘀 好地 好哒 好嘞 好勒 好咧 好叻 好喔 号的 郝的 浩的 haode "
    "行(?![货情业程李不]) 可以 成(?![都本功品]) 妥 得嘞 欧了 ok okk okay 0k 哦克 欧克 是的 对 没错 就这样 照办 "
    "收悉 已阅 已读 知道 晓得 了解 明白 懂了 清楚 记住 记下 看到 听到"
)
_PRAISE = _any(
    "很好 挺好 极了 棒 给力 厉害 贴心 周到 及时 快 神速 速度 效率 高效 态度好 有心了 用心 不错 满意 点赞 赞 完美 "
    "放心 高兴 开心"
)
_RECEIPT = (
    r"(?:货物|货款|快递|包裹|图片|照片|消息|信息|通知|文件|货|烟|东西|钱|款|我们|我|这边|店里|都|已经|已|刚刚|刚|也|全部|"
    r"今天|昨天|今早|早上|上午|中午|下午|晚上)*"
    r"(?:(?:收到|拿到|签收|收下|补齐|办妥)(?:货|烟|东西|钱|款|消息|通知)?[了啦咯哒]?|"
    r"(?:送到|送来|补来|拿来|补到|到货|到账|到店|到|收|补上|办好|解决|弄好|修好|换好|装好|处理好|搞定)[了啦咯哒])"
)
_WISHES = _any(
    "祝(?:您|你)?(?:工作|生活|一切|天天|节日|新年|周末)?(?:顺利|愉快|快乐|开心|顺心|平安|健康)? "
    "明天见 后天见 再见 拜拜 拜 回头见 下次见 周末愉快 节日快乐 新年快乐 新年好 元旦快乐 春节快乐 中秋快乐 过年好 "
    "恭喜发财 "
    "生意兴隆 身体健康 万事如意 万事顺意 一切顺利 工作顺利 晚安 早安 bye byebye 88 好人一生平安 好人有好报"
)
_NODS = "嗯+|恩+|哦+|噢+|喔+|哈+|呵+|嘿+|嘻+|唉?是|诶|昂"
#: The hundred family names most people have.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "廖石金韦贾夏付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温赖游华阮章池连涂"
)
_TITLE = _any(
    "客户经理 经理 经里 主任 科长 站长 组长 老师 师傅 领导 书记 专员 客服 同志 先生 女士 总 姐 哥 叔 姨 大哥 大姐 "
    "小姐姐 小哥哥"
)
_PEOPLE = rf"(?:[{_SURNAMES}][^\W\d_]{{0,2}}?|[小老阿][{_SURNAMES}])?(?:{_TITLE})|[小老阿][{_SURNAMES}]|" + _any(
    "您们 你们 大家 各位 我们 咱们 您 你 you 亲爱的 亲 老板 帅哥 美女 小妹"
)
#: No name begins with a sign behind which one of these stands: 谢谢钱没到.
_NO_NAME = "(?!.?[没不未少了到吗呢要有错坏缺多钱款货烟])"
#: A name after thanks, and then nothing more: 谢谢陈志强, 谢谢志强经理.
_NAME_BEHIND = re.compile(
    rf"(谢谢|谢|感谢|辛苦|辛苦了|好的|收到)"
    rf"(?:[{_SURNAMES}]?{_NO_NAME}[^\W\d_]{{2}}(?:{_TITLE})|[{_SURNAMES}]{_NO_NAME}[^\W\d_]{{1,2}})(?=$|\W)"
)
_FILLERS = "[了啊呀啦哒吧呢嘛嘞滴的地得哟呦哇咯喽]|" + _any(
    "真是 实在 真 太 很 非常 十分 万分 特别 一下 这么 那么 那 就 先 又 也 都 还是 这边 对 我 支持 帮助 关心 帮忙 配合 "
    "关照 照顾 工作 服务 回复 答复 告知 提醒 通知 百忙之中 么么 爱"
)
_CORE = re.compile("|".join((_RECEIPT, _WISHES, _PRAISE, _THANKS, _YES)))
_SOFT = re.compile("|".join((_PEOPLE, _NODS, _FILLERS)))
_POLITE = re.compile("|".join((_THANKS, _PEOPLE, _FILLERS)))
#: 謝謝 is 谢谢.
_SIMPLE = str.maketrans("謝貨經嗎沒還這煙錢買賣隨時間對號", "谢货经吗没还这烟钱买卖随时间对号")
_EMOTICON = re.compile(r"\[[^\[\]]{1,8}\]|/::?[\w~!@#$%^&*()<>|,.'\"+-]{1,6}")
#: Signs of somebody who is not content.
_SAD = re.compile(
    "[😡😠🤬👎💔😭😤😞😢❓❔❌🙄😒😟😔😩😫🤔]|"
    r"\[(?:怒|发怒|弱|流泪|大哭|疑问|衰|晕|鄙视|抓狂|难过|委屈|快哭了|叹气|裂开|傲慢|撇嘴|白眼|骂|咒骂|敲打|菜刀|炸弹|便便)\]"
)
#: What asks, lacks, or counts: where it is left, somebody wants something.
_ASKS = re.compile(
    r"[?吗没不未少缺差坏错漏破断退换补催急慢]|什么|啥|咋|怎|哪|几|多少|多久|何时|如何|为何|能否|是否|可否|"
    r"要|想|帮|请|麻烦|求|等着|来|送|订|加|改|查|问|投诉|举报|假|[0-9]|[一二两三四五六七八九十半][条箱包盒件个斤瓶]"
)
#: Says no and asks nothing.
_DECLINES = re.compile(
    r"(?:暂时|先|这次|现在)?(?:不用|不要|不必|不需要|算|不急|不着急|不慌|别急|慢慢来|没什么)(?:送|补|换|退|来|麻烦|管)?"
)


def tone(text: str) -> Tone:
    """How a text is meant, by its parts.

    >>> {tone(each).name for each in ("谢谢陈经理", "货收到了谢谢", "太好了", "好滴", "👍", "感恩", "好的谢谢，明天见")}
    {'THANKS'}
    >>> {tone(each).name for each in ("谢谢，不过货还没到", "收到了，少了一条", "好的那什么时候送", "没收到")}
    {'OTHER'}
    >>> [tone(each).name for each in ("好的，我下午在店里", "不用了，谢谢", "谢谢？", "嗯嗯", "红七匹狼断货了", "???")]
    ['DOUBTFUL', 'DOUBTFUL', 'DOUBTFUL', 'NOD', 'OTHER', 'OTHER']
    """
    plain = _plain(text)
    if _SAD.search(plain):
        return Tone.OTHER if _letters(_POLITE.sub(" ", _EMOTICON.sub(" ", plain))) else Tone.DOUBTFUL
    left = _NAME_BEHIND.sub(r"\1", _EMOTICON.sub(" ", plain))
    parts = bool(_EMOTICON.search(plain)) + sum(map(_is_picture, plain))
    left, found = _CORE.subn(" ", left)
    parts += found
    left, nods = _SOFT.subn(" ", left)
    said = _letters(left)
    asks = "?" in plain
    if not said:
        if parts:
            return Tone.DOUBTFUL if asks else Tone.THANKS
        return Tone.NOD if nods and _letters(plain) and not asks else Tone.OTHER
    if not parts:
        return Tone.OTHER
    rest = _DECLINES.sub("", said)
    return Tone.OTHER if asks or _ASKS.search(rest) else Tone.DOUBTFUL


def without(text: str) -> str:
    """What is left of a text without its courtesy: 满意 of 满意，谢谢.

    >>> without("1，谢谢"), without("一般吧 谢谢了")
    ('1', '一般')
    """
    return _letters(_POLITE.sub(" ", _EMOTICON.sub(" ", _plain(text))))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().translate(_SIMPLE)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _is_picture(sign: str) -> bool:
    return unicodedata.category(sign) == "So" or sign in "♥♡✓✔❤☺"
