"""Task kinds of roster import, binding codes and tags, shared by pages and jobs."""

CHECK, IMPORT, CODES = "people.check", "people.import", "people.codes"
TAGS = "people.tags"
#: Committed import: no worker claims it, and any live worker finishes it (`staging`).
BRINGING = "people.bringing"
