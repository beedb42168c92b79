"""The name of the long work done with answers: a page asks for it, a job does it."""

EXPORT = "surveys.export"
