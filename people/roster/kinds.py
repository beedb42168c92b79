"""The names of the long work done with rosters and binding codes: pages ask for it, jobs do it."""

CHECK, IMPORT, EXPORT, CODES = "people.check", "people.import", "people.export", "people.codes"
