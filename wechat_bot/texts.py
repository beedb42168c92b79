"""Sentences of the account itself: when no feature answers, and when something of ours failed."""

FAILED = "这一步没有保存成功，请过一会儿再发一次。您之前的内容都在。"
NOTHING_RUNNING = "现在没有进行中的内容。"
LINK_GONE = "这个入口已经不用了，请从菜单进入。"
PAUSED = "好的，先到这里。"

# To staff
NOTHING_SPENT = "没有在等微信额度的群发消息。"
NOTHING_WAITS = "没有等着发的消息，也没有待确认和没发成的。"
MENU_HALF_DONE = "菜单还没有全部换好，现在每个人看到的是原来的或新的。再发布一次会接着做。"
DAY_SPENT = "微信今天的额度用完了，群发的消息明天 00:00 以后接着发；回复每五分钟再试一次。"

# On pages
SIGN_IN_AGAIN = "这个链接只能用一次。请回到服务号，从菜单或消息里再点一次。"
SIGN_IN_FAILED = "微信暂时没有回应，请过一会儿再试。您之前填的内容都在。"
SNAPSHOT = "微信现在给您看的是快照，认不出您是哪家店。请点页面下方的“使用完整服务”，再打开一次。"
FORM_TOO_OLD = "这一页放得久了，刚才点的没有保存。请重新打开，之前的内容都在。"
SIGNED_OUT = "这一页放得久了，您写的没有保存。请先把下面的字复制下来，再重新打开填上。"
#: What a page says of a failure, by its status.
FAILURES = {
    400: "这一页没有打开好，刚才点的没有保存。请返回，再点一次。",
    403: "这一页不能这样打开。请从公众号的菜单进来。",
    404: "没有这一页，可能已经结束或删除了。请从公众号的菜单进来。",
    405: "这一页不能这样打开。请从公众号的菜单进来。",
    413: "内容太大了，没有保存。请返回，换一张小一点的照片，或少写一些。",
    429: "您点得太快了，请过一会儿再试。",
    500: "刚才出错了，是我们的问题，已经记下。请过一会儿再试；还不行，请打客户经理的电话。",
    503: "暂时打不开，正在恢复。请过一分钟再试。",
}
TOO_BUSY = "刚才太忙了，什么都没有改，请再点一次。"
AWAY = "系统正在恢复，什么都没有改，请过一分钟再点一次。"
OPEN_AGAIN = "重新打开"
PICTURE_GONE = "图片已经不在了"
EMPTY_FILE = "这个文件是空的，里面什么也没有。请重新选一张照片。"
NOT_A_PICTURE = "这个文件不是照片，请换一张（JPG、PNG、GIF 或 WebP）。"
MOVING_TOO_LARGE = "这张动图太大了，请换一张 500 KB 以内的，或换成不动的图片。"
TOO_LARGE = "这张照片太大了，请换一张 10 MB 以内的。"
HEIC = "这是 HEIC 格式的照片，微信和浏览器都打不开。请把它截个图再传，或在手机的相机设置里把格式改成“兼容性最佳”再拍。"
BROKEN_PICTURE = "这张照片不完整，打不开。请重新选一次，或截个图再传。"
TOO_LONG_MOVING = "这张动图太长了。请换一张短的，或截一张图再传。"
TOO_FAST = "您点得太快了，这一次没有保存，您写的还在。请过一分钟再发一次。"
NO_ROOM_TODAY = "今天大家传的照片太多，先放不下了，您写的字还在。请明天再传，急的话直接在服务号里发照片。"
OTHER_MESSAGE = "其他消息"
REPLY_PART = "聊天里的回复"


def resume(remains: str, verb: str) -> str:
    """The offer to go on with a talk that was left: what remains of it, and what is done in it.

    >>> resume("错题本里还有 4 道题，", "练")
    '错题本里还有 4 道题，回复“继续”接着练。'
    """
    return f"{remains}回复“继续”接着{verb}。"


def too_many_pixels(most: int) -> str:
    """A picture of more pixels than can be looked at.

    >>> too_many_pixels(50_000_000)
    '这张照片的尺寸太大了，请换一张 5000 万像素以内的，或截个图再传。'
    """
    return f"这张照片的尺寸太大了，请换一张 {most // 10_000} 万像素以内的，或截个图再传。"


def too_many_files(most: int) -> str:
    """One person handed in too much today.

    >>> too_many_files(100 << 20)
    '您今天传的照片已经满 100 MB，这一张没有存，您写的字还在。请明天再传，急的话直接在服务号里发照片。'
    """
    return f"您今天传的照片已经满 {most >> 20} MB，这一张没有存，您写的字还在。请明天再传，急的话直接在服务号里发照片。"


def undeclared(topic: str) -> str:
    """What staff are told of a link whose topic no feature declares.

    >>> undeclared("lesson")
    '系统里没有“lesson”这种内容'
    """
    return f"系统里没有“{topic}”这种内容"
