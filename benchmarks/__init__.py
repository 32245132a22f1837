"""Measures what the design promises: `make bench`. No tests: nothing fails by the clock."""
