"""What the account says when no feature does, and when something of ours failed."""

FAILED = "这一步没有保存成功,请过一会儿再发一次。您之前的内容都在。"
NOTHING_RUNNING = "现在没有进行中的内容。"
LINK_GONE = "这个入口已经不用了,请从菜单进入。"
PAUSED = "好的,先到这里。"


def resume(remains: str) -> str:
    return f'{remains}回复"继续"接着填。'
