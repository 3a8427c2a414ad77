"""XML as a stream of elements: nothing is kept, nothing fetched, no entity may be declared."""

from collections.abc import Mapping
from typing import BinaryIO, Protocol
from xml.parsers import expat
from xml.sax import SAXException, handler

from defusedxml import expatreader
from defusedxml.common import DefusedXmlException

from changes.intake.json_values import Unreadable

CHUNK = 1 << 16
DEEPEST = 500
Attributes = Mapping[str, str]


class Listener(Protocol):
    """`path` holds the local names from the root down to the element itself."""

    def begin(self, path: list[str], attributes: Attributes) -> None: ...
    def end(self, path: list[str]) -> None: ...


class _Handler(handler.ContentHandler):
    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self.listener = listener
        self.path: list[str] = []

    def startElement(self, name: str, attrs: Attributes) -> None:  # type: ignore[override]  # noqa: N802
        self.path.append(name.rpartition(":")[2])
        if len(self.path) > DEEPEST:
            raise Unreadable(f"It is nested too deeply: expected at most {DEEPEST} levels.")
        self.listener.begin(self.path, attrs)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802
        self.listener.end(self.path)
        self.path.pop()


class _Parser(expatreader.DefusedExpatParser):
    """Refuses who declares an entity; passes by an external subset without asking for it."""

    def reset(self) -> None:
        super().reset()
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)  # type: ignore[attr-defined]


def listen(stream: BinaryIO, listener: Listener) -> None:
    """Tells the listener of each element, by local name: prefixes do not matter.

    A DOCTYPE may name an external subset, which is not fetched; whoever declares an entity is
    refused (XML 1.0, 4.2).
    """
    parser = _Parser(forbid_dtd=False, forbid_entities=True)
    content = _Handler(listener)
    if hasattr(listener, "text"):
        content.characters = listener.text  # type: ignore[method-assign]
    parser.setContentHandler(content)  # type: ignore[arg-type]
    try:
        while chunk := stream.read(CHUNK):
            parser.feed(chunk)
        parser.close()
    except DefusedXmlException as error:
        raise Unreadable("It declares or calls entities: expected XML without them.") from error
    except SAXException as error:
        raise Unreadable(f"It is not XML ({_place(error)}).") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("It is in an encoding that cannot be read: expected UTF-8.") from error


def _place(error: SAXException) -> str:
    message = error.getMessage()
    line = getattr(error, "getLineNumber", lambda: None)()
    return f"{message}, line {line}" if line else message


def whole_number(attributes: Attributes, name: str, where: str) -> int:
    """A count from 0 upwards."""
    stated = attributes.get(name, "").strip()
    if not (stated.isascii() and stated.isdigit() and len(stated) <= 18):
        raise Unreadable(f"The '{name}' of {where} is '{stated[:40]}': expected a whole number.")
    return int(stated)


def fraction(stated: str | None) -> float | None:
    """A number from 0 to 1 as it is declared; None where none is, or where it is none."""
    try:
        value = float(stated) if stated is not None else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value <= 1 else None
