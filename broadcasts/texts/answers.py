"""Texts to shops that open a push, or reply to one."""

REFUSED = "好的，以后不再给您发促销。到货、政策等业务通知照常会发。\n想再收促销，回复“收促销”。"
WANTS_NONE = "您是不想再收促销吗？是的话，请回复“不收促销”；到货、政策等业务通知照常会发。"
TAKEN_BACK = "好的，以后有促销会再告诉您。不想收了，回复“不收促销”。"
NO_BUTTON = "这一项已经没有了。"
HOW_TO_REFUSE = "不想再收促销，在公众号里回复“9”或“不收促销”。"
NOT_FOR_ALL = "给零售户的内容"
ONLY_SHOPS = "这里的内容只给已绑定的零售户看。您的店绑定以后，从公众号里打开就能看。"


def called(title: str) -> str:
    """What a push is called.

    >>> called("旺季陈列怎么摆")
    '推送《旺季陈列怎么摆》'
    """
    return f"推送《{title}》"


def opens(words: str, address: str) -> str:
    """A button that leads to an address, as a reply in the chat."""
    return f'<a href="{address}">{words}</a>'
