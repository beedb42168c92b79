"""What others' code takes for the same work: the least anyone could do, and a framework that does less."""
