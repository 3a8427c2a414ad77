"""The factory of a model: each has one, so a new model without fails where this is asked."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.db import models
from factory.django import DjangoModelFactory

from tests import factories


def factory_of(model: type[models.Model]) -> type[DjangoModelFactory[Any]]:
    modules = [import_module(f"tests.factories.{m.name}") for m in iter_modules(factories.__path__)]
    return next(
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, DjangoModelFactory)
        and value._meta.model is model
    )
