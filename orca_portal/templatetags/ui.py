"""The UI components, built into every template."""

from django import template

register = template.Library()
