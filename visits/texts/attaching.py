"""Texts where a stranger's request is given to the shop they are taken to be from."""

NO_LONGER = "这条留言已经归到店里，或已完结，请刷新后再看。"
NO_SUCH_SHOP = "没有这家店，或不在您看得到的范围里。"
NO_MANAGER = "这家店还没有客户经理，请直接转给一位同事。"
#: The note for colleagues: what staff believe, and that it is not proved.
ATTACHED = "归到{}。对方还没有绑定，身份没有核实。"
#: A hint for a writer who is not bound, to be checked and sent.
HOW_TO_BIND = "您好，为了以后直接找到您的客户经理，请绑定您的店：{}"


def to_find_out(shop: str, number: int | None) -> str:
    why = f"{shop}另有一条没办结的 #{number}" if number else f"{shop}已绑定了别的微信"
    return f"对方提到{shop}，但{why}，所以没有归到店里，转给客户经理核实。"


def given_to_shop(shop: str, manager: str, *, is_the_shops: bool) -> str:
    """To the person who gave the request to a shop.

    >>> given_to_shop("城南便利店", "陈志强", is_the_shops=True)
    '已归到城南便利店，由陈志强负责。对方还没有绑定，身份没有核实。'
    """
    to = f"由{manager}负责" if manager else "还没有负责人"
    if is_the_shops:
        return f"已归到{shop}，{to}。对方还没有绑定，身份没有核实。"
    return f"已转给{shop}的客户经理{manager}核实，没有归到店里。"
