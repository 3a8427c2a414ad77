"""Celery tasks: a body is a call."""
