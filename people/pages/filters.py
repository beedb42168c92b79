"""Filters of lists by shops, and what is masked of people in them: for the lists of all features."""

from console.lists.listing import Filter, Mask
from foundation.text import mask_phone, mask_phones
from people import areas
from people.permissions import PEOPLE_PHONES

AREA = Filter("area", "片区", "全部片区", lambda asked: areas.names(asked.session, asked.visitor))
CLASS = Filter("class", "客户类型", "全部类型", lambda asked: areas.classes(asked.session))
MANAGER = Filter("manager", "客户经理", "全部客户经理", lambda asked: areas.managers(asked.session))
#: A phone; and what somebody wrote, in which phones may stand.
PHONE = Mask(mask_phone, PEOPLE_PHONES)
WORDS = Mask(mask_phones, PEOPLE_PHONES)
