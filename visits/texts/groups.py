"""What is said of visit groups, plans and visits that were made."""

NO_SUCH = "没有这次群发。"
NO_SUCH_PLAN = "没有这个计划。"
NO_SUCH_SHOP = "没有这家店,或不归您负责。"
NOBODY = "这里面没有能收到的店:要归您负责、已绑定微信、并关注着公众号。"
SENT = "已安排发送。每家店的回复会成为各自的留言。"
MADE = "已记下。"
HOW = {"shop": "上门", "phone": "电话", "chat": "微信"}


def too_many(most: int) -> str:
    return f"一次最多发给 {most} 家店,请按片区或类型分几次发。"


def cancelled(count: int) -> str:
    return f"已取消,{count} 家还没发出的不再发。" if count else "已取消;都已发出,没有可收回的。"
