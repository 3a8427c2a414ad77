"""The words of the proof."""

from enum import StrEnum


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PartKind(StrEnum):
    DOSSIERS = "dossiers"
    POPULATION = "population"


class Attribute(StrEnum):
    """The attributes that an auditor tests on each change."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"
    H = "H"
    I = "I"  # noqa: E741 - the auditor's own letter
    J = "J"
    K = "K"
    L = "L"
    M = "M"
    N = "N"
    O = "O"  # noqa: E741 - the auditor's own letter
