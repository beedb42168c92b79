"""Texts to staff about answer sheets that were set aside."""

FULL = "别的店已经补上了这个名额，不能恢复。要恢复，请先把名额加大，再发布一版。"
OVER = "调查不在填写时间内，不能请店主重填。"
ANSWERING = "店主已经在重新填写，这份不能恢复了。"


def not_there(number: int) -> str:
    return f"没有编号为 {number} 的答卷，或已经作废了。"


def not_void(number: int) -> str:
    return f"没有编号为 {number} 的已作废答卷，可能刚刚有人处理过。"


def reason(longest: int) -> str:
    return f"请写原因，最多 {longest} 个字。"
