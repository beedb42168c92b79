"""What people adds to the house."""

from console.menu import NAME, Item, Need, Plate, Tile
from console.rules import Permission
from people import commands, erasing, jobs, mobile, saved, visibility
from people.conversation import binding, front_desk
from people.criteria import CRITERIA
from people.pages import needs, roster, routes, users
from wechat_bot.feature import Conversation, Feature, Word

people = Feature(
    name="people",
    forgets=erasing.forget,
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
    commands=(commands.people,),
    console=routes.blueprint,
    more={
        NAME: Plate(
            items=(
                Item("零售户", "people_pages.roster", Permission.PEOPLE_SEE, 20),
                Item("片区", "people_pages.area_list", Permission.PEOPLE_SEE, 21),
                Item("对象", "people_pages.audience_list", Permission.PEOPLE_SEE, 22),
                Item("标签", "people_pages.tag_list", Permission.PEOPLE_SEE, 23),
                Item("绑定卡", "people_pages.print_codes", Permission.CODES_PRINT, 24),
                Item("消息", "people_pages.delivery_list", Permission.OUTBOX_SEE, 70),
                Item("账号", "people_pages.user_list", Permission.USERS_MANAGE, 90, "管理"),
            ),
            tiles=(Tile("people/_tile.html", Permission.PEOPLE_SEE, roster.tile, 80),),
            knows=users.known,
            needs=(
                Need(Permission.OUTBOX_SEE, needs.messages, 10),
                Need(Permission.PEOPLE_IMPORT, needs.guessing, 8),
                Need(Permission.PEOPLE_SEE, needs.leaves, 30),
                Need(Permission.AREAS_EDIT, needs.without_manager, 60),
                Need(Permission.PEOPLE_SEE, needs.unbound, 70),
            ),
            part=visibility.part,
        )
    },
    mobile=mobile.blueprint,
)
