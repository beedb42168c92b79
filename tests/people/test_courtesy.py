"""What shops say with thanks, or as thanks, in their own words: three tables, and what each sentence is taken for."""

import pytest

from people.courtesy import Tone, tone

POLITE = (
    "谢谢|谢谢陈经理|货收到了谢谢|太好了谢谢|好滴|👍|感恩|收到|OK|嗯好的|辛苦了|🙏🌹|好的谢谢，明天见|谢谢您啊|"
    "谢谢小陈|谢谢陈志强|谢谢志强经理|多谢多谢|好嘞|好哒谢谢|收到，谢谢经理|已收到，感谢|烟收到了，谢谢您|"
    "货到了，辛苦了|东西都收到了|钱到账了谢谢|好的好的|行|行，谢谢|可以的|没问题|明白了|知道了，谢谢|了解|okok|"
    "ok👌|👌|[强]|[抱拳][玫瑰]|🙏|❤️|👍👍👍|谢谢领导|感谢陈经理的帮助|非常感谢|太感谢了|麻烦您了|谢谢 辛苦啦|"
    "好的，辛苦陈经理|谢谢您的关心|给力|真快，谢谢|服务真好|祝您工作顺利|节日快乐|谢谢，祝生意兴隆|好的 再见|"
    "拜拜|晚安，谢谢|解决了，谢谢|已经换好了，谢谢师傅|补上了，谢谢|谢谢！！|谢谢~|ok的|欧克|好的收到|"
    "好的，收到了，谢谢|嗯嗯，谢谢|谢谢啦哈|哈哈谢谢|3Q|thx|Thank you|蟹蟹|谢谢陈哥|感谢陈姐|谢谢老师|谢谢各位|"
    "你们服务真好|太棒了👍|满意|很满意，谢谢|没事，谢谢|不客气|好 谢谢|对的|是的，谢谢|就这样，谢谢|放心了|"
    "号的|货收到啦|今天收到货了|謝謝經理|货收到了，谢谢陈志强|好的👌谢谢🌹|是的是的|晓得了|欧了|收到！|"
    "谢谢你们|货送来了谢谢"
)

NEEDS = (
    "谢谢，不过货还没到|收到了，少了一条|好的那什么时候送|谢谢，再要两条|没收到|货到了吗|收到货了但是坏了一条|"
    "好的，要两条|好的，两条|谢谢，电话多少|好的，几点到|不行|不好|不可以|没到|还没到货|谢谢，帮我再订一箱|"
    "收到一条，还差一条|可以吗|好吗|行不行|谢谢，能不能早点|太慢了，谢谢|货不对|谢谢，明天能到吗|"
    "好的，发票什么时候给|知道了，那价签呢？|收到的烟是假的|投诉陈经理|谢谢，我要投诉|投诉陈经理谢谢|不满意|"
    "很不满意|谢谢，扫码枪坏了|辛苦了，麻烦再送一条|好，补货|谢谢，断货了|ok，送来吧|谢谢，许可证到期怎么办|"
    "行情怎么样|没解决|还是没解决，谢谢|谢谢你们什么时候来|好烟有吗|货款扣错了谢谢|谢谢 但是数量不对|"
    "收到了怎么少了|ok还有别的吗|好的我要订货|谢谢 顺便问下货到没|谢绝推销什么意思|谢谢，那个七匹狼换成软的|"
    "收到，打火机不能用|谢谢钱没到|没人来|好久没来了|好慢|好贵|好差|行货|中华|好日子|红牛|好的，海报贴歪了帮换|"
    "👎没货|收到货少一包|谢谢，还有硬中华吗|好的,上午来"
)

BETWEEN = (
    "好的，我下午在店里|不用了，谢谢|谢谢？|收到，钱明天转|好的，我儿子在店里|不用送了，谢谢|谢谢，算了|"
    "好的，下周一再说|谢谢，生意一般|😡|好的老地方|谢谢，我爱人签收的|好的，我跟他说|谢谢，今天天气不错|👎|"
    "[发怒]"
)


@pytest.mark.parametrize("said", POLITE.split("|"))
def test_nothing_but_courtesy_is_thanks(said: str) -> None:
    assert tone(said) is Tone.THANKS


@pytest.mark.parametrize("said", NEEDS.split("|"))
def test_what_asks_or_lacks_something_is_no_thanks_however_polite(said: str) -> None:
    assert tone(said) is Tone.OTHER


@pytest.mark.parametrize("said", BETWEEN.split("|"))
def test_what_asks_nothing_and_says_more_than_thanks_stays_in_doubt(said: str) -> None:
    assert tone(said) is Tone.DOUBTFUL


@pytest.mark.parametrize("said", ["嗯嗯", "哦", "哈哈", "嗯"])
def test_a_nod_is_thanks_only_where_there_was_something_to_nod_at(said: str) -> None:
    assert tone(said) is Tone.NOD
