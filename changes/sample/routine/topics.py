"""What the made changes are about."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from changes.vocabulary import Category

FILE = Path(__file__).with_name("topics.toml")


@dataclass(frozen=True)
class Topic:
    category: Category
    system: str
    title: str
    subject: str
    why: str
    procedure: str = ""
    twist: str = ""

    @property
    def name(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def topics() -> list[Topic]:
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [
        *_topics(Category.NORMAL, table["normal"]),
        *_topics(Category.EMERGENCY, table["emergency"]),
        *(
            topic
            for procedure, systems in table["standard"].items()
            for topic in _topics(Category.STANDARD, systems, procedure)
        ),
    ]


def _topics(category: Category, systems: dict[str, Any], procedure: str = "") -> list[Topic]:
    return [
        Topic(category, system, title, subject, why, procedure, "".join(twist))
        for system, lines in systems.items()
        for title, subject, why, *twist in lines
    ]
