"""Texts of the classroom that one can ask, in the chat and on its page."""

from people.texts import HOW_TO_BIND

#: The last line of every answer.
TO_PERSON = "没找到？回复“人工”。"
MORE = "更多"
WHAT = "想问什么？回复“学习”加上您的问题，如：学习 怎么看封签"
NOTHING_FOR_MANAGER = "课堂和资料库里没有找到答案。已记下，有了答案会告诉您。"
NOTHING_FOR_STRANGER = f"没有找到能公开看的答案。您是零售户的话，请{HOW_TO_BIND}\n{TO_PERSON}"
NO_SUCH = "这条答复已经撤下了，内容不再有效。"
ONLY_FOR_SHOPS = f"这条答复只给零售户看，绑定您的店就能看到。请在聊天里{HOW_TO_BIND}"
NO_MORE = f"只找到这些。{TO_PERSON}"
READ, OPEN = "看", "打开看全文"
READ_ON = f"回复“{READ}”读全文。"

TITLE, ASK_HINT = "问课堂", "想问什么？"
HOW = "平常怎么说就怎么问，从微课和资料里给您找。如：许可证快到期了怎么办。"
#: For a shop, which can ask a person there, and for a customer manager.
OTHER_WORDS, OTHER_WORDS_ALONE = "不是您要的？换个说法再问，或者直接问人。", "不是您要的？换个说法再问。"
NOTHING_ON_PAGE = "没有找到答案。换个说法再问，或者直接问人。"
NOTHING_ALONE = "没有找到答案，已记下，有了会告诉您。换个说法也可以再问。"
NOTHING_OPEN = "没有找到能公开看的答案。绑定您的店，还能搜到微课和全部资料；找人请在聊天里回复“人工”。"
HANDED = "已转给您的客户经理，答复会发到聊天里。"
ONLY_SHOPS_HAND = "绑定您的店以后，才能转给客户经理。"
EMPTY = "请先写上要问的。"


def place(title: str, where: str) -> str:
    """Where a passage stands.

    >>> place("看封签", "微课《守法经营》第 2 课")
    '《看封签》，微课《守法经营》第 2 课'
    """
    return f"《{title}》，{where}" if where else f"《{title}》"


def link(address: str, label: str = OPEN) -> str:
    return f'<a href="{address}">{label}</a>'


def more(number: int) -> str:
    """How many more texts answer.

    >>> more(2)
    '还有 2 条，回复“更多”看。'
    """
    return f"还有 {number} 条，回复“{MORE}”看。"


def beside(title: str, passage: str) -> str:
    """What is known beside a need.

    >>> beside("到货时间", "每周三到货。")
    '资料里写着：每周三到货。——《到货时间》'
    """
    return f"资料里写着：{passage}——《{title}》"


def answered(question: str, text: str) -> str:
    """An answer to whoever asked.

    >>> answered("封签怎么看", "看顶部。")
    '您问过“封签怎么看”。答复：\\n看顶部。'
    """
    return f"您问过“{question}”。答复：\n{text}"
