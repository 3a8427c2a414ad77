"""What the long tables are called, and what stands above them."""

from evidence.vocabulary import PartKind

TABLE_TITLES = {
    PartKind.POPULATION: "Population",
    PartKind.MATRIX: "Control tests",
    PartKind.EXCEPTIONS: "Exceptions",
    PartKind.UNLINKED: "Production without a change request",
    PartKind.EMERGENCIES: "Emergency changes and their reviews",
    PartKind.ROLLBACKS: "Rollbacks",
}
INTRODUCTIONS = {
    PartKind.POPULATION: (
        "Every change of the quarter, in the order of its key. The key opens the dossier of the "
        "change, which holds its whole story; population.csv holds the same rows."
    ),
    PartKind.MATRIX: (
        "Every change against every attribute. Each verdict has its sentence in "
        "the dossier and in control-tests.csv."
    ),
    PartKind.EXCEPTIONS: (
        "Every control test that failed, by the letter under which What is tested explains it, "
        "and what is wrong with the quarter as a whole. The same rows stand in exceptions.csv."
    ),
    PartKind.UNLINKED: (
        "Commits on a production branch and deployments to production that belong to no change "
        "request. Each is an exception and stands in exceptions.csv as well."
    ),
    PartKind.EMERGENCIES: (
        "Every emergency of the quarter, who approved it, and its post-incident review: when it "
        "was due, when it was held and by whom."
    ),
    PartKind.ROLLBACKS: (
        "Every deployment of the quarter's changes for which a rollback was opened: what set it "
        "off, with the values that were observed, and when production was back. One that nobody "
        "recorded as done says so."
    ),
}
NO_ROWS = {
    PartKind.POPULATION: "No change belongs to this quarter.",
    PartKind.MATRIX: "There is no change to test.",
    PartKind.EXCEPTIONS: "No control test failed.",
    PartKind.UNLINKED: "Every commit and every deployment has its change request.",
    PartKind.EMERGENCIES: "No change of this quarter was an emergency.",
    PartKind.ROLLBACKS: "No rollback was opened.",
}
WIDE = (PartKind.POPULATION, PartKind.MATRIX)
