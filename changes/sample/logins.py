"""Who may sign in to the sample organisation: one login for each role.

The password is no secret: it opens fabricated data, and it stands on the sign-in page
of the sample database and nowhere else.
"""

from dataclasses import dataclass

from changes.vocabulary import Role

SAMPLE_PASSWORD = "sample-organisation"  # noqa: S105 - public on purpose, see above


@dataclass(frozen=True)
class SampleLogin:
    username: str
    role: Role
    says: str


SAMPLE_LOGINS: tuple[SampleLogin, ...] = (
    SampleLogin("engineer", Role.ENGINEER, "drafts and submits changes, reviews those of others"),
    SampleLogin("lead", Role.TECH_LEAD, "approves changes to the systems they lead, deploys"),
    SampleLogin("oncall", Role.ON_CALL, "approves emergencies, deploys, rolls back"),
    SampleLogin("compliance", Role.COMPLIANCE, "watches the quarter, compiles its package"),
    SampleLogin("policy", Role.POLICY_ADMINISTRATOR, "keeps policy, systems and people"),
    SampleLogin("auditor", Role.AUDITOR, "reads changes and packages, changes nothing"),
)
