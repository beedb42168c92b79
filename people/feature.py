"""Feature declaration of people."""

from pathlib import Path

from console.extension import ConsoleExtension
from console.menu import SYSTEM, Item, MenuGroup, Need, Tile
from console.permissions import OUTBOX_SEE
from people import commands, erasing, jobs, measures, mobile, models, permissions, saved, upkeep, visibility
from people.conversation import binding, front_desk
from people.criteria import CRITERIA
from people.pages import audiences, deliveries, errands, finding, needs, roster, routes, tags, users
from people.permissions import AREAS_EDIT, CODES_PRINT, ERRANDS_DO, PEOPLE_IMPORT, PEOPLE_SEE, USERS_MANAGE
from people.roster import kinds
from people.shops import history
from people.working_time import models as working_time
from wechat_bot.conversation import Conversation, Word
from wechat_bot.feature import Feature

SHOPS = MenuGroup("零售户", "building-store", 60)

people = Feature(
    name="people",
    forgets=erasing.forget,
    models=(models, working_time),
    install=upkeep.install,
    search_indexes=(models.SHOP_SEARCH,),
    conversations=(
        Conversation("bind", open=binding.open_bind, hear=binding.hear_bind),
        Conversation("unbind", open=binding.open_unbind, hear=binding.hear_unbind),
    ),
    words=(
        Word("绑定", "bind:", takes_rest=True),
        Word("解绑", "unbind:"),
        Word("解除绑定", "unbind:"),
    ),
    front_desk=front_desk.DESK,
    listeners=jobs.LISTENERS,
    jobs=jobs.JOBS,
    criteria=CRITERIA,
    kept_specs=saved.kept_specs,
    measures=measures.MEASURES,
    commands=(commands.people,),
    console=routes.blueprint,
    statics={"people": Path(__file__).parent / "static"},
    more=(
        history.CHANGES,
        ConsoleExtension(
            permissions=permissions.ALL,
            groups=(SHOPS,),
            items=(
                Item("店铺", "people_pages.roster", PEOPLE_SEE, 10, SHOPS),
                Item("片区", "people_pages.area_list", PEOPLE_SEE, 20, SHOPS),
                Item("对象", "people_pages.audience_list", PEOPLE_SEE, 30, SHOPS),
                Item("标签", "people_pages.tag_list", PEOPLE_SEE, 40, SHOPS),
                Item("要告诉的", "people_pages.errand_list", PEOPLE_SEE, 45, SHOPS),
                Item("绑定卡", "people_pages.print_codes", CODES_PRINT, 50, SHOPS),
                Item("消息", "people_pages.delivery_list", OUTBOX_SEE, 20, SYSTEM),
                Item("账号", "people_pages.user_list", USERS_MANAGE, 30, SYSTEM),
            ),
            tiles=(Tile("people/_tile.html", PEOPLE_SEE, roster.tile, 80),),
            knows=users.known,
            finders=(finding.SHOPS,),
            needs=(
                Need(OUTBOX_SEE, needs.messages, 10),
                Need(PEOPLE_IMPORT, needs.guessing, 8),
                Need(PEOPLE_SEE, needs.leaves, 30),
                Need(AREAS_EDIT, needs.without_manager, 60),
                Need(ERRANDS_DO, needs.errands, 40),
                Need(PEOPLE_SEE, needs.unbound, 70),
            ),
            part=visibility.part,
            audit_words={
                "shop.see": "查看零售户",
                "shop.erase": "删除个人信息",
                "roster.see": "查看名单",
                "roster.import": "导入名单",
                "roster.words": "说明名单里的叫法",
                "roster.export": "导出名单",
                "area.change": "修改片区",
                "audience.save": "保存对象",
                "audience.delete": "删除对象",
                "tag.save": "新建或修改标签",
                "tag.delete": "删除标签",
                "tag.mirror": "同步微信标签",
                "tag.put": "打标签",
                "tag.off": "去掉标签",
                "codes.print": "打印绑定卡",
                "delivery.see": "查看消息",
                "delivery.settle": "处理消息",
                "errand.see": "查看要告诉的店",
                "errand.done": "办完要告诉的事",
                "errand.reopen": "撤销办完的事",
                "tries.unlock": "解锁许可证",
                "delivery.cancel": "取消消息",
            },
            views=("shop.see", "roster.see", "delivery.see", "errand.see"),
            searches=("roster.see", "roster.export", "codes.print", "tag.put", "tag.off"),
            topics={
                "area": "片区",
                "audience": "对象",
                "class": "客户类型",
                "delivery": "消息",
                "errand": "要告诉的事",
                "messages": "消息",
                "people": "名单",
                "shop": "零售户",
                "tag": "标签",
                "licences": "许可证",
            },
            tasks=jobs.TASKS,
            lists=(
                roster.ROSTER,
                audiences.AUDIENCES,
                tags.TAG_LIST,
                deliveries.DELIVERIES,
                users.USERS,
                errands.ERRANDS,
            ),
            wizards=(kinds.ROSTER,),
        ),
    ),
    mobile=mobile.blueprint,
    tabs=mobile.tabs,
)
