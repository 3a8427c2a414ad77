"""What is wrong in the sample, on purpose: which rules say so, and what no rule of a change says.

Each story's file begins with the same mistake in a sentence (`mistake = ...`).
"""

from collections.abc import Mapping

# Change to the rules that do not pass, though it was deployed.
EXPECTED_FLAWS: Mapping[str, frozenset[str]] = {
    # reviewed only by a co-author
    "CHG-000008": frozenset({"peer_review_by_another_person", "code_review_approved"}),
    # coverage 79.99 %
    "CHG-000013": frozenset({"coverage_reaches_minimum"}),
    # no report of Snyk: unknown
    "CHG-000017": frozenset({"no_critical_security_finding", "pipeline_stages_in_order"}),
    # on a Saturday
    "CHG-000021": frozenset({"deployed_inside_window"}),
    # inside the launch freeze
    "CHG-000023": frozenset({"deployed_inside_window"}),
    # rolled back, so never verified
    "CHG-000024": frozenset({"verified_after_deployment"}),
    # approved after the deployment
    "CHG-000027": frozenset({"tech_lead_of_every_system"}),
    # the post-incident review of an emergency is overdue
    "CHG-000026": frozenset({"post_incident_review_held", "post_mortem_written"}),
    # a commit after the approvals
    "CHG-000029": frozenset(
        {
            "tech_lead_of_every_system",
            "peer_review_by_another_person",
            "code_review_approved",
            "approved_is_what_runs",
        }
    ),
    # the standard procedure had expired
    "CHG-000031": frozenset({"standard_procedure_covers_it"}),
    # no test was run: unknown
    "CHG-000032": frozenset({"all_tests_passed"}),
    # the KPI failed
    "CHG-000034": frozenset({"verified_after_deployment"}),
}

# Wrong as well, and in the record, but no matter for the rules that judge a change today. The
# package's own reconciliation finds all of it but the review.
BEYOND_THE_RULES: Mapping[str, str] = {
    "orca/infrastructure": "a commit was pushed to the production branch without a change request",
    "orca/web": "a deployment to production names no change request",
    "2026Q3": "nobody has signed the quarter's policy review",
}
