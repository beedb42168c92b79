"""Texts of the library to its readers, in the chat and on pages."""

from collections.abc import Sequence

from people.texts import HOW_TO_BIND

NO_SUCH = "没有这篇文章，可能已经换了地方。回复“资料”看现在有的。"
WITHDRAWN = "这篇文章已经撤下了，内容不再有效。回复“资料”看最新的。"
#: To somebody who is bound to nothing, of what only shops may read.
ONLY_FOR_SHOPS = f"这篇文章只给零售户看，绑定您的店就能看到。请在聊天里{HOW_TO_BIND}"
COLUMN_ONLY_FOR_SHOPS = f"这个栏目只给零售户看，绑定您的店就能看到。\n请{HOW_TO_BIND}"
TO_LIBRARY = "看资料"
#: Beside the open columns, to somebody who is bound to nothing.
MORE_FOR_SHOPS = "绑定您的店，还能看到货源、新品和品牌信息。"
NOTHING_YET = "还没有文章，过几天再来看看。有事请直接留言。"
NOTHING_OPEN = f"资料是给零售户看的，绑定您的店就能看到。\n请{HOW_TO_BIND}"
NOTHING_KEPT = "您还没有收藏文章。看到有用的，点下面的“收藏”，就列在这里。"
NOTHING_IN_COLUMN = "这个栏目还没有文章，先看看别的。"
KEPT, DROPPED = "已收藏，在“我的收藏”里能找到。", "不再收藏。"
ONLY_SHOPS_KEEP = "绑定您的店以后才能收藏。"
#: The last line of an article: whoever has read it may say something.
REPLY = "看完有话要说？在聊天里直接回复就行，客户经理会收到。"

CARD, CARD_NOTE = "资料", "货源、新品、法规和真假鉴别"
CARD_KEPT = "我的收藏"

WAY_ON = "回复编号看文章，回复“资料”加上想找的词，如：资料 真假鉴别"
WAY_ON_UNBOUND = f"回复编号看文章。{MORE_FOR_SHOPS}{HOW_TO_BIND}"
#: Something else was sent since the list.
LIST_OVER = "没看懂您的意思。要看刚才的资料，请再回复“资料”；办别的事，回复“帮助”。"


def articles(number: int) -> str:
    """How many articles.

    >>> articles(12)
    '12 篇'
    """
    return f"{number:,} 篇"


def listed(heading: str, titles: Sequence[tuple[str, str]], way_on: str) -> str:
    """A list to choose from by number: each line a title, with its column where there is one.

    >>> print(listed("最新的资料：", [("红狼到货", "货源策略"), ("封签怎么看", "")], "回复编号看文章。"))
    最新的资料：
    1 红狼到货（货源策略）
    2 封签怎么看
    回复编号看文章。
    """
    lines = [f"{number} {title}{f'（{column}）' if column else ''}" for number, (title, column) in enumerate(titles, 1)]
    return "\n".join([heading, *lines, way_on])


NEWEST = "最新的资料："


def of_column(name: str) -> str:
    return f"{name}："


def found(words: str) -> str:
    """Above what was found.

    >>> found("封签")
    '找“封签”：'
    """
    return f"找“{words}”："


def not_found(words: str) -> str:
    """Nothing was found: another way of saying it, or a person.

    >>> not_found("火星")
    '没有找到“火星”。换个说法再试，如：资料 真假鉴别；也可以直接留言问客户经理。'
    """
    return f"没有找到“{words}”。换个说法再试，如：资料 真假鉴别；也可以直接留言问客户经理。"


OTHER_WORDS = "不是您要的？换个说法再搜，或者直接问。"


def nothing_for(words: str) -> str:
    """On the page: nothing was found.

    >>> nothing_for("火星")
    '没有找到“火星”。换个说法再搜，或者直接问。'
    """
    return f"没有找到“{words}”。换个说法再搜，或者直接问。"


def choose(most: int) -> str:
    """What is meant was not understood while a list is open.

    >>> choose(7)
    '请回复 1 到 7 的编号看文章。\\n要找别的，回复“资料”加上想找的词；办别的事，回复“帮助”。'
    """
    number = f"1 到 {most} 的编号" if most > 1 else "1 "
    return f"请回复 {number}看文章。\n要找别的，回复“资料”加上想找的词；办别的事，回复“帮助”。"


def minutes(number: int) -> str:
    """How long reading takes.

    >>> minutes(2)
    '读 2 分钟'
    """
    return f"读 {number} 分钟"
