"""The names of the long work done with rosters, binding codes and tags: pages ask for it, jobs do it."""

CHECK, IMPORT, CODES = "people.check", "people.import", "people.codes"
TAGS = "people.tags"
#: An import that is decided: no worker claims it, and whichever lives brings it in (`bringing`).
BRINGING = "people.bringing"
