"""The admin site: configuration only. No evidence is registered here."""

from changes.admin import catalogue, people, policy, tokens

__all__ = ["catalogue", "people", "policy", "tokens"]
