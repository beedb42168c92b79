"""The console's door to surveys: the list, a definition uploaded, a survey with its live result, the export."""
