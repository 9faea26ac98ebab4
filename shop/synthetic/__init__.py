"""A made-up catalogue of any size, for tests under load. No word, name or number in it is real."""
