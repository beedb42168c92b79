"""Courtesy classifier: whether a text is only polite (thanks, yes, well received, a wish, an emoji), or asks something.

It is a small grammar of polite parts. These are removed from a text, and the rest decides: nothing left is courtesy;
a question or a lack is a need; anything else is doubtful.
"""

import re
import unicodedata
from enum import Enum


class Tone(Enum):
    """Tone of a text."""

    #: Only courtesy.
    THANKS = "thanks"
    #: 嗯嗯, 哈哈: after an answer it confirms; anywhere else it may also be a question.
    NOD = "nod"
    #: Courtesy, with something else that asks nothing.
    DOUBTFUL = "doubtful"
    #: A question or a lack; or no courtesy at all.
    OTHER = "other"


def _any(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_THANKS = _any(
    "谢谢 谢 多谢 感谢 致谢 感恩 感恩有您 感恩有你 感激 感激不尽 蟹蟹 谢射 些些 3q 3x thx thank thanks tks 栓q 三克油 "
    "辛苦 辛苦了 费心 劳烦 麻烦了 麻烦您了 麻烦你了 麻烦啦 麻烦您啦 麻烦你啦 破费 有劳 受累 "
    "添麻烦了 给您添麻烦了 给你添麻烦了 "
    "不客气 客气了 别客气 不用谢 没事 没关系 没问题 打扰了 打扰您了 打扰你了 "
    "不好意思 抱拳 鞠躬 比心"
)
_YES = _any(
    "好(?![贵慢差久少多难坏几烟货猫]|日子) 好的 好滴 好嘀 好地 好哒 好嘞 好勒 好咧 好叻 好喔 号的 郝的 浩的 haode "
    "行(?![货情业程李不]) 可以 成(?![都本功品]) 妥 "
    "得嘞 得勒 要得 巴适 欧了 木问题 没毛病 嗯呐 先这样 搞掂 "
    "ok okk okay 0k 哦克 欧克 是的 对 没错 就这样 照办 "
    "收悉 已阅 已读 知道 晓得 了解 明白 懂了 清楚 记住 记下 看到 听到"
)
_PRAISE = _any(
    "很好 挺好 极了 棒 给力 厉害 贴心 周到 及时 快 神速 速度 效率 高效 态度好 有心了 用心 不错 满意 点赞 赞 完美 "
    "放心 高兴 开心 五星好评 好评 赞一个 666 给您点赞 给你点赞 给您点个赞 给你点个赞 为您点赞 为你点赞 "
    "(?:服务)?(?:态度|人|服务)(?:很|真|非常|特别|都|也)*(?:好|不错) "
    "(?:很|真|非常|特别|挺)(?:负责|热情|认真|专业|耐心|细心|到位)"
)
_RECEIPT = (
    r"(?:问题|事情|事|货物|货款|快递|包裹|图片|照片|消息|信息|通知|文件|货|烟|东西|钱|款|我们|我|这边|店里|都|已经|已|刚刚|刚|也|全部|"
    r"今天|昨天|今早|早上|上午|中午|下午|晚上)*"
    r"(?:(?:收到|拿到|签收|收下|补齐|办妥)(?:货|烟|东西|钱|款|消息|通知)?[了啦咯哒]?|"
    r"(?:送到|送来|补来|拿来|补到|到货|到账|到店|到|收|补上|办好|解决|弄好|修好|换好|装好|处理好|搞定)[了啦咯哒])"
)
_WISHES = _any(
    "祝(?:您|你)?(?:工作|生活|一切|天天|节日|新年|周末)?(?:顺利|愉快|快乐|开心|顺心|平安|健康)? "
    "明天见 后天见 再见 拜拜 拜 回头见 下次见 周末愉快 节日快乐 新年快乐 新年好 元旦快乐 春节快乐 中秋快乐 过年好 "
    "恭喜发财 886 回见 再联系 常联系 慢走 保重 给您拜年 给你拜年 (?:您|你)(?:先)?忙 "
    "路上(?:慢点|小心|注意安全) 注意(?:身体|安全|防暑|保暖|休息) 天(?:这么)?[冷热]了? 有空来(?:店里)?(?:坐坐?|喝茶|玩) "
    "(?:回头|改天)请(?:您|你)(?:喝茶|吃饭) "
    "生意兴隆 身体健康 万事如意 万事顺意 一切顺利 工作顺利 晚安 早安 bye byebye 88 好人一生平安 好人有好报"
)
_NODS = "嗯+|恩+|哦+|噢+|喔+|哈+|呵+|嘿+|嘻+|唉?是|诶|昂"
#: The hundred most frequent family names.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "廖石金韦贾夏付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温赖游华阮章池连涂"
)
_TITLE = _any(
    "客户经理 经理 经里 主任 科长 站长 组长 老师 师傅 领导 书记 兄弟 老铁 专员 客服 同志 先生 女士 总 姐 哥 叔 姨 "
    "大哥 大姐 小姐姐 小哥哥"
)
_PEOPLE = rf"(?:[{_SURNAMES}][^\W\d_]{{0,2}}?|[小老阿][{_SURNAMES}])?(?:{_TITLE})|[小老阿][{_SURNAMES}]|" + _any(
    "您们 你们 大家 各位 我们 咱们 您 你 you 亲爱的 亲 老板 帅哥 美女 小妹 烟草公司 烟草局 贵公司"
)
#: Characters that do not follow a family name in a name (谢谢钱没到), and words for goods.
_NO_NAME = (
    "(?!.?[没不未少了到吗呢要有错坏缺多钱款货烟]|(?:中华|利群|玉溪|云烟|南京|苏烟|黄山|红[梅河旗云金双七]|双喜|芙蓉|真龙|"
    "娇子|泰山|牡丹|石狮|金桥|黄果|黄鹤|白沙|贵烟|好猫|长白|钻石|七匹|[硬软细]))"
)
#: A name after thanks at the end of a text: 谢谢陈志强, 谢谢志强经理.
_NAME_BEHIND = re.compile(
    rf"(谢谢|谢(?!谢)|感谢|辛苦|辛苦了|好的|收到)"
    rf"(?:[{_SURNAMES}]?{_NO_NAME}[^\W\d_]{{2}}(?:{_TITLE})|[{_SURNAMES}]{_NO_NAME}[^\W\d_]{{1,2}})(?=$|\W)"
)
_FILLERS = "[了啊呀啦哒吧呢嘛嘞滴的地得哟呦哇咯喽]|" + _any(
    "真是 实在 真 太 很 非常 十分 万分 特别 一下 这么 那么 那 就 先 又 也 都 还是 这边 对 我 支持 帮助 关心 帮忙 配合 "
    "关照 照顾 工作 服务 回复 答复 告知 提醒 通知 解答 耐心 百忙之中 一直以来 长期以来 very much 么么 爱"
)
#: Greetings, which are courtesy only where nothing follows: 您好，明天休息 is news.
_HELLO = re.compile(r"^\W*(?:(?:早上|上午|中午|下午|晚上|大家|您|你)好\W*)+")
#: 中, 管 mean yes in some regions, and count only where they stand alone.
_WHOLE = re.compile(r"(?:那?[中管])+[嘞了的啊哈呀]*|得劲|成交")
_COUNT = "(?:[0-9]+|[一二两三四五六七八九十]+)[条箱包盒件个](?:烟|货)?"
#: Received, with a number, which the sender may count differently.
_COUNTED = re.compile(
    rf"{_COUNT}(?:都|已经|已|也|全)*(?:收到|拿到|送到|到|收)(?:了|啦)?(?![吗没不])|"
    rf"(?:已|已经)?(?:收到|拿到)了?{_COUNT}了?|"
    r"(?:一[条包]|都|也)?没[少缺坏破](?!了)|(?:问题)?(?:已经|已|都)(?:解决|补到|补上|送到|到货)了?"
)
#: Reason of the thanks in the same clause: 谢谢您帮我解决问题.
_FOR = re.compile(
    r"(谢谢|多谢|感谢|辛苦了?)(?:您|你|你们|.?经理)?(?:帮我们?|给我们?|为我们?|帮)?"
    r"(?:解决问题|解决|送货上门|送货|补货|调货|跑一趟|送来|补来|问|告诉我?|处理|办理|联系|安排|"
    r"[补送调换给带]的[^\W\d]{1,8}?)(?:了|啊|呀|哈)*(?=$|[\s,。.!~])"
)

_LONG = re.compile("|".join((_RECEIPT, _WISHES, _PRAISE)))
_CORE = re.compile("|".join((_RECEIPT, _WISHES, _PRAISE, _THANKS, _YES)))
_SOFT = re.compile("|".join((_PEOPLE, _NODS, _FILLERS)))
_POLITE = re.compile("|".join((_THANKS, _PEOPLE, _FILLERS)))
#: Traditional characters, such as 謝謝 for 谢谢.
_SIMPLE = str.maketrans(
    "謝貨經嗎沒還這煙錢買賣隨時間對號煩幫補難續準備處話邊開關門條齊銷裡們務辦復覆讓給發過麼說聽問題應該兩訴舉報檢態強緊點電許證價",
    "谢货经吗没还这烟钱买卖随时间对号烦帮补难续准备处话边开关门条齐销里们务办复复让给发过么说听问题应该两诉举报检态强紧点电许证价",
)
_EMOTICON = re.compile(r"\[[^\[\]]{1,8}\]|/::?[\w~!@#$%^&*()<>|,.'\"+-]{1,6}")
#: Emoji of somebody who is not satisfied.
_SAD = re.compile(
    "[😡😠🤬👎💔😭😤😞😢❓❔❌🙄😒😟😔😩😫🤔]|"
    r"\[(?:怒|发怒|弱|流泪|大哭|疑问|衰|晕|鄙视|抓狂|难过|委屈|快哭了|叹气|裂开|傲慢|撇嘴|白眼|骂|咒骂|敲打|菜刀|炸弹|便便)\]"
)
#: Words of questions, lacks and quantities: where one is left, the text is a need.
_ASKS = re.compile(
    r"[?吗没不未少缺差坏错漏破断退换补催急慢]|什么|啥|咋|怎|哪|几|多少|多久|何时|如何|为何|能否|是否|可否|"
    r"要|想|帮|请|麻烦|求|等着|来|送|订|加|改|查|问|谁|投诉|举报|假|但|不过|可是|就是|然后|[贵晚](?![上安饭])|扣|多了|早点|"
    r"便宜|烂|屁|骗|祖宗|[0-9]|[一二两三四五六七八九十半][条箱包盒件个斤瓶]"
)
#: 呢 asks in 那我呢, but not after courtesy as in 好的呢.
_AND_I = re.compile(r"[^\W您你嗯了啊的啦呀]呢|[我你他她家谁]的呢")

#: Words that make a text a question, wherever they stand, and those that do at its end only.
_QUESTION = re.compile(
    r"什么|啥|咋|怎么|怎样|怎办|哪|几[点时号天个]|多少|多久|多长|多大|何时|如何|为何|是否|能否|可否|有没有|[能可会要该算行]不[能可会要该算行]|"
    r"可不可以|有何|谁|区别"
)
_QUESTION_END = re.compile(r"[?吗么呢]+[了啊呀的]?\W*$")

#: Words that decline or leave it open, and ask nothing.
_DECLINES = re.compile(
    r"(?:暂时|先|这次|现在)?(?:不用|不要|不必|不需要|没需要|算|不急|不着急|不慌|别急|慢慢来|"
    r"没(?:有)?(?:别的|其他|其它|啥|什么)事|没什么)(?:送|补|换|退|来|麻烦|管|回复|回)?|"
    r"(?:我|那)*等(?:着|您消息|你消息|您|你|通知)|听(?:您|你)的?(?:安排)?|(?:您|你)看着办|[按照](?:您|你)说的(?:办|来|做)?|"
    r"(?:下次|改天|回头|以后)(?:再说|再聊)?(?=$|吧|\s)"
)


def tone(text: str) -> Tone:
    """The tone of a text, by its parts.

    >>> {tone(each).name for each in ("谢谢陈经理", "货收到了谢谢", "太好了", "好滴", "👍", "感恩", "好的谢谢，明天见")}
    {'THANKS'}
    >>> {tone(each).name for each in ("谢谢，不过货还没到", "收到了，少了一条", "好的那什么时候送", "没收到")}
    {'OTHER'}
    >>> [tone(each).name for each in ("好的，我下午在店里", "不用了，谢谢", "谢谢？", "嗯嗯", "红七匹狼断货了", "???")]
    ['DOUBTFUL', 'DOUBTFUL', 'DOUBTFUL', 'NOD', 'OTHER', 'OTHER']
    """
    plain = simplified(text)
    if _SAD.search(plain):
        return Tone.OTHER if _letters(_POLITE.sub(" ", _EMOTICON.sub(" ", plain))) else Tone.DOUBTFUL
    asks = "?" in plain
    if _WHOLE.fullmatch(_letters(plain)):
        return Tone.DOUBTFUL if asks else Tone.THANKS
    left = _NAME_BEHIND.sub(r"\1", _EMOTICON.sub(" ", plain))
    left, done = _FOR.subn(r"\1 ", left)
    left, counted = _COUNTED.subn(" ", left)
    left, hello = _HELLO.subn(" ", left)
    left, found = _CORE.subn(" ", left)
    if _AND_I.search(left):
        return Tone.OTHER
    parts = bool(_EMOTICON.search(plain)) + sum(map(_is_picture, plain)) + counted + found
    left, declined = _DECLINES.subn(" ", left)
    said = _letters(_SOFT.sub(" ", left))
    if said:
        return Tone.OTHER if not parts or asks or _ASKS.search(said) else Tone.DOUBTFUL
    if done or counted or declined:
        return Tone.OTHER if asks else Tone.DOUBTFUL
    if parts or hello:
        return Tone.DOUBTFUL if asks else Tone.THANKS
    return Tone.OTHER if asks else Tone.NOD


def asks(text: str) -> bool:
    """Whether a text is a question: it ends like one, or has the words of one.

    >>> [asks(each) for each in ("怎么辨别真假烟", "封签？", "店要搬家了证怎么办", "烟发霉了能便宜卖吗", "要不要亮证")]
    [True, True, True, True, True]
    >>> [asks(each) for each in ("红七匹狼断货了", "封签", "明天送两条", "???", "好的呢")]
    [False, False, False, False, False]
    """
    plain = simplified(text)
    if not _letters(_SOFT.sub(" ", _CORE.sub(" ", plain))):
        return False
    return bool(_QUESTION_END.search(plain) or _QUESTION.search(plain))


def asks_nothing(text: str) -> bool:
    """Whether a text has nothing beside receipt, refusal or thanks, so that without an open request it opens none.

    >>> [asks_nothing(each) for each in ("谢谢您送货上门", "行那我等着", "好的，我下午在店里", "😡")]
    [True, True, False, False]
    """
    plain = simplified(text)
    if tone(text) is not Tone.DOUBTFUL or "?" in plain or _SAD.search(plain):
        return False
    left = _COUNTED.sub(" ", _FOR.sub(r"\1 ", _NAME_BEHIND.sub(r"\1", _EMOTICON.sub(" ", plain))))
    return not _letters(_SOFT.sub(" ", _DECLINES.sub(" ", _CORE.sub(" ", left))))


def substance(text: str) -> str:
    """The rest of a text without what is received, praised or thanked for, which tells its subject.

    >>> substance("谢谢您送货上门,海报也贴了"), substance("两条收到了")
    ('谢谢 ,海报也贴了', ' ')
    """
    return _LONG.sub(" ", _COUNTED.sub(" ", _FOR.sub(r"\1 ", simplified(text))))


def without(text: str) -> str:
    """A text without its courtesy: 满意 of 满意，谢谢.

    >>> without("1，谢谢"), without("一般吧 谢谢了")
    ('1', '一般')
    """
    return _letters(_POLITE.sub(" ", _EMOTICON.sub(" ", simplified(text))))


def simplified(text: str) -> str:
    """A text normalised for comparison: simplified characters, lower case, half width.

    >>> simplified("我要投訴ＡＢ")
    '我要投诉ab'
    """
    return unicodedata.normalize("NFKC", text).lower().translate(_SIMPLE)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _is_picture(sign: str) -> bool:
    return unicodedata.category(sign) == "So" or sign in "♥♡✓✔❤☺"
