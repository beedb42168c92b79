"""Task kinds of roster import, binding codes and tags, shared by pages and jobs."""

from console.importing import Wizard

CHECK, IMPORT, CODES = "people.check", "people.import", "people.codes"
TAGS = "people.tags"
#: Committed import: no worker claims it, and any live worker finishes it (`staging`).
BRINGING = "people.bringing"
ROSTER = Wizard(
    "名单", check=CHECK, bring=IMPORT, page="people_pages.preview", did="roster.import", done="people_pages.brought"
)
