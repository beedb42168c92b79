"""Waves: the kinds of campaigns about a survey."""

#: The number of the wave with the news of the results.
RESULTS = 0
#: The kinds of campaigns that waves are.
INVITATION, NEWS = "survey", "survey-results"
KINDS = (INVITATION, NEWS)
