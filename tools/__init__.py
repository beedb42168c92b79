"""What the tests, the benchmarks and `make` use to set things up; no part of the product."""
