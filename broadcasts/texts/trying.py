"""Texts of trials: an article or a push on its writer's own phone."""

TRIAL = "【试发，只有您收到】\n"
TRIED = "已发到您的微信，只有您收到。"
NOT_BOUND = "您的账号没有对应的客户经理微信，发不到手机上。请看旁边“手机上的样子”；要发到手机，请联系管理员。"
SAY_FIRST = "微信现在不让往您的聊天里发。请先在公众号里随便发一句，再点一次。"
