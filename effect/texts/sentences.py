"""Sentences of effect on the console, the command line and in notices."""

NO_MONTH = "“{}”不是月份，请写成 2026-11 这样。"
NOT_YET = "{} 还没有到，没有成效可看。"
NOT_OVER = "{} 还没有过完，不能结账。"
IS_CLOSED = "{} 已经结账。"
IS_OPEN = "{} 还没有结账，数字一直在更新，不用重算。"
NO_AREA = "没有叫“{}”的片区。"
NO_MANAGER = "没有电话是“{}”的客户经理。"
