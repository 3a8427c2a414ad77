"""XML as a stream of elements: nothing is kept, nothing fetched, no entity may be declared."""

from collections.abc import Callable, Mapping
from typing import BinaryIO, NoReturn, Protocol
from xml.parsers import expat

from changes.intake.json_values import Unreadable

CHUNK = 1 << 16
DEEPEST = 500
Attributes = Mapping[str, str]


class Listener(Protocol):
    """`path` holds the local names from the root down to the element itself. `end` is None where
    nothing is to be told of it.
    """

    def begin(self, path: list[str], attributes: Attributes) -> None: ...
    @property
    def end(self) -> Callable[[list[str]], None] | None: ...


Start = Callable[[str, Attributes], None]
Finish = Callable[[str], None]


def _elements(listener: Listener) -> tuple[Start, Finish]:
    """Expat's calls, as a listener wants them. They are made for each element: as few steps as
    can be.
    """
    path: list[str] = []
    add, drop, begin, end = path.append, path.pop, listener.begin, listener.end

    def start(name: str, attributes: Attributes) -> None:
        add(name.rpartition(":")[2] if ":" in name else name)
        if len(path) > DEEPEST:
            raise Unreadable(f"It is nested too deeply: expected at most {DEEPEST} levels.")
        begin(path, attributes)

    def finish(_name: str) -> None:
        drop()

    if end is None:
        return start, finish

    def finish_and_tell(_name: str) -> None:
        end(path)
        drop()

    return start, finish_and_tell


def listen(stream: BinaryIO, listener: Listener) -> None:
    """Tells the listener of each element, by local name: prefixes do not matter.

    A DOCTYPE may name an external subset, which is not fetched; whoever declares an entity, or
    attributes that every element then has, is refused (XML 1.0, 3.3 and 4.2). Text is told where
    the listener has a `text`.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler, parser.EndElementHandler = _elements(listener)
    parser.CharacterDataHandler = getattr(listener, "text", None)
    parser.EntityDeclHandler = parser.ExternalEntityRefHandler = _refuse_entity
    parser.AttlistDeclHandler = _refuse_attributes
    try:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unreadable(f"It is not XML ({error}).") from error
    except Unreadable:
        raise
    except (LookupError, ValueError) as error:  # ValueError: an encoding of several bytes
        raise Unreadable("It is in an encoding that cannot be read: expected UTF-8.") from error


def _refuse_entity(*_declaration: object) -> NoReturn:
    raise Unreadable("It declares or calls entities: expected XML without them.")


def _refuse_attributes(*_declaration: object) -> NoReturn:
    raise Unreadable("Its DOCTYPE declares attributes: expected XML without such a declaration.")


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
