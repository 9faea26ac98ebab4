"""A PostgreSQL of the shop's own, for a machine that has none. See server.py."""
