"""Rows and facts for tests, with defaults that surprise nobody."""
