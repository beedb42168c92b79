"""The names of the long work done with rosters: pages ask for it, jobs do it."""

CHECK, IMPORT, EXPORT = "people.check", "people.import", "people.export"
