"""Benchmarks: the figures we promise, as ratios against a named limit or peer, all measured in one run."""
