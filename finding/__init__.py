"""Finding: texts that can be found by Chinese words, with synonyms, in the same order on both databases."""
