"""Office Open XML: the packages of Excel and Word, unpacked and parsed as streams within limits."""
