"""First words: what every installation knows of the trade's language before its staff add to it. No brands."""

_TRADE_WORDS = """
封签 喷码 条码 条盒 条包 小包 小盒 拉线 钢印 激光码 32位码 打码 扫码 假烟 假私烟 非烟 真烟 走私烟 回收烟 礼品烟
罚没 货源 投放 限量 档位 动销 品规 规格 滞销 畅销 断货 缺货 补货 上柜 出样 陈列 烟柜 背柜 前柜 柜台 堆头 价签
标价签 明码标价 价格牌 云pos 扫码枪 订烟 订货 要货 订单 客户经理 送货员 专卖局 烟草证 烟证 专卖证 零售证 许可证
换证 续证 延续 歇业 停业 亮证 12313 零售户 零售终端 现代终端 普通终端 加盟终端 霉变 发霉 受潮 防潮 保质期
先进先出 周转 库存 存销比 毛利 未成年人 电子烟 雾化 专供出口 免税烟 准运证 烟丝 雪茄烟 焦油 控烟 禁烟
"""
_SYNONYMS = """
断货 缺货 没货 脱销 卖断
假烟 假冒卷烟 假冒烟
真假 真伪
鉴别 辨别 识别 辨认 分辨
喷码 激光码 32位码 打码
许可证 烟证 烟草证 专卖证 零售证
到期 过期 届满
延续 续期 续证 换证
搬家 搬店 搬迁 迁址
未成年人 未成年 学生 小孩 孩子 中小学生
罚款 处罚
陈列 摆放 摆货 出样
库存 存货 存烟
明码标价 价签 标价签 价格牌
进货 订货 订烟 要货
走私 水货
霉变 发霉 受潮 霉坏
歇业 停业 关门
网上 网络 微信 朋友圈
"""

TRADE_WORDS = tuple(_TRADE_WORDS.split())
#: Lines of words that mean the same.
SYNONYMS = tuple(tuple(line.split()) for line in _SYNONYMS.strip().splitlines())
