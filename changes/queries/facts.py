"""Database to rule facts, in a fixed number of queries however many the changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from changes.models import (
    Approval,
    ChangeRequest,
    Commit,
    GateResult,
    PipelineRun,
    PullRequest,
    PullRequestDiff,
    Review,
    System,
)
from changes.queries.freezes import freezes_of_all
from changes.queries.outcomes import (
    deployment_facts,
    incident_review_facts,
    known,
    person_facts,
    post_mortem_facts,
    run_facts,
    samples_of,
)
from changes.queries.policies import reporting_date
from changes.queries.record import before_deployment, revisions_of, revisions_of_all, with_record
from changes.queries.rota import rota
from changes.queries.wording import request_digest
from changes.rules.facts import (
    AdvisoryFacts,
    ApprovalFacts,
    ChangeFacts,
    CommitFacts,
    DiffFacts,
    DocumentFacts,
    GateResultFacts,
    ProcedureFacts,
    ReleaseFacts,
    ReviewFacts,
    SampleFacts,
    SystemFacts,
    WindowExceptionFacts,
)
from changes.rules.policy import TEXT_FIELDS
from changes.vocabulary import (
    ApprovalRole,
    Category,
    Decision,
    DocumentKind,
    Gate,
    Means,
    Origin,
    ReviewState,
    State,
)


def facts_of(change: ChangeRequest) -> ChangeFacts:
    loaded = with_record(ChangeRequest.objects.filter(pk=change.pk))
    return facts_of_all(loaded)[change.pk]


def facts_to_deploy(change: ChangeRequest) -> ChangeFacts:
    """What is judged before it is deployed, without earlier deployments and what came of them."""
    loaded = before_deployment(ChangeRequest.objects.filter(pk=change.pk)).get()
    facts = _with_decisions(_with_source(_request(loaded), loaded), loaded)
    facts = _with_results(facts, loaded, _gate_results([loaded]), _runs([loaded]))
    return replace(facts, freezes=freezes_of_all(), shifts=rota())


def facts_of_all(changes: Iterable[ChangeRequest]) -> dict[int, ChangeFacts]:
    """Facts by primary key; `changes` come from `with_record`."""
    changes = list(changes)
    results, runs, samples = _gate_results(changes), _runs(changes), samples_of(changes)
    freezes, shifts = freezes_of_all(), rota()
    return {
        change.pk: replace(_facts(change, results, runs, samples), freezes=freezes, shifts=shifts)
        for change in changes
    }


def _facts(
    change: ChangeRequest,
    results: dict[str, list[GateResult]],
    runs: dict[str, list[PipelineRun]],
    samples: dict[int, tuple[SampleFacts, ...]],
) -> ChangeFacts:
    facts = _with_decisions(_with_source(_request(change), change), change)
    return _with_rollout(_with_results(facts, change, results, runs), change, samples)


def _with_results(
    facts: ChangeFacts,
    change: ChangeRequest,
    results: dict[str, list[GateResult]],
    runs: dict[str, list[PipelineRun]],
) -> ChangeFacts:
    revisions = sorted(revisions_of(change))
    return replace(
        facts,
        gate_results=tuple(_gate(r) for sha in revisions for r in results.get(sha, [])),
        runs=tuple(run_facts(run) for sha in revisions for run in runs.get(sha, [])),
    )


def _request(change: ChangeRequest) -> ChangeFacts:
    systems, policy = list(change.systems.all()), change.policy_version
    return ChangeFacts(
        key=change.key,
        category=Category(change.category),
        origin=Origin(change.origin),
        state=State(change.state),
        texts={name: getattr(change, name) for name in TEXT_FIELDS},
        systems=tuple(_system(system) for system in systems),
        requester=person_facts(change.requester),
        is_infrastructure=change.is_infrastructure,
        procedure=_procedure(change),
        procedure_parameters=change.procedure_parameters,
        avoided_day_reason=change.avoided_day_reason,
        incident_url=change.incident_url,
        advisory=_advisory(change),
        documents=tuple(
            DocumentFacts(DocumentKind(d.kind), d.waiver_reason, person_facts(d.waived_by))
            for d in change.documents.all()
        ),
        submitted_at=change.submitted_at,
        submitted_on=reporting_date(change.submitted_at) if change.submitted_at else None,
        request_digest=request_digest(change, [system.slug for system in systems]),
        approvals=tuple(_approval(approval) for approval in change.approvals.all()),
        means=Means(change.means),
        evidence_files=len(change.evidence_items.all()),
        is_judged_by_later_policy=_is_later(change, policy.effective_on) if policy else False,
    )


def _with_source(facts: ChangeFacts, change: ChangeRequest) -> ChangeFacts:
    pulls = list(change.pull_requests.all())
    diffs = {d.revision: _diff(d) for pull in pulls for d in pull.diffs.all()}
    return replace(
        facts,
        approvals=tuple(_with_diff(approval, diffs) for approval in facts.approvals),
        diffs=diffs,
        means=Means.CODE if pulls else facts.means,
        head_revision=_head(facts, pulls),
        commits=tuple(_commit(commit, pull) for pull in pulls for commit in pull.commits.all()),
        pull_request_authors=tuple(filter(None, (person_facts(pull.author) for pull in pulls))),
        mergers=tuple(filter(None, (person_facts(pull.merged_by) for pull in pulls))),
        reviews=tuple(_review(review) for pull in pulls for review in pull.reviews.all()),
        sees_reviews=all(pull.repository.reports_reviews for pull in pulls),
        sees_deployments=all(pull.repository.reports_deployments for pull in pulls),
    )


def _head(facts: ChangeFacts, pulls: list[PullRequest]) -> str:
    """Without code it is the request itself that is approved and carried out: its wording."""
    if pulls:
        return pulls[-1].head_revision
    return "" if facts.means is Means.CODE else facts.request_digest


def _with_rollout(
    facts: ChangeFacts, change: ChangeRequest, samples: dict[int, tuple[SampleFacts, ...]]
) -> ChangeFacts:
    deployments = [deployment_facts(d, samples.get(d.pk, ())) for d in change.deployments.all()]
    first = min((d.started_at for d in deployments), default=None)
    return replace(
        facts,
        deployments=tuple(deployments),
        deployed_on=reporting_date(first) if first else None,
        post_mortem=post_mortem_facts(change),
    )


def _with_decisions(facts: ChangeFacts, change: ChangeRequest) -> ChangeFacts:
    return replace(
        facts,
        releases=tuple(
            ReleaseFacts(known(r.person), r.revision, r.released_at, frozenset(r.roles_held))
            for r in change.releases.all()
        ),
        incident_review=incident_review_facts(change),
        window_exceptions=tuple(
            WindowExceptionFacts(e.reason, known(e.approved_by), e.approved_at, e.valid_until)
            for e in change.window_exceptions.all()
        ),
    )


def _system(system: System) -> SystemFacts:
    return SystemFacts(
        slug=system.slug,
        name=system.name,
        is_infrastructure=system.is_infrastructure,
        tech_leads=frozenset(lead.pk for lead in system.tech_leads.all()),
    )


def _review(review: Review) -> ReviewFacts:
    return ReviewFacts(
        known(review.person), ReviewState(review.state), review.revision, review.submitted_at
    )


def _is_later(change: ChangeRequest, effective_on: object) -> bool:
    at = change.submitted_at or change.counted_at
    return at is not None and reporting_date(at) < effective_on  # type: ignore[operator]


def _gate_results(changes: Sequence[ChangeRequest]) -> dict[str, list[GateResult]]:
    found: dict[str, list[GateResult]] = {}
    for result in GateResult.objects.filter(revision__in=revisions_of_all(changes)):
        found.setdefault(result.revision, []).append(result)
    return found


def _runs(changes: Sequence[ChangeRequest]) -> dict[str, list[PipelineRun]]:
    found: dict[str, list[PipelineRun]] = {}
    for run in PipelineRun.objects.filter(revision__in=revisions_of_all(changes)):
        found.setdefault(run.revision, []).append(run)
    return found


def _advisory(change: ChangeRequest) -> AdvisoryFacts | None:
    published_on = change.advisory_published_on
    return AdvisoryFacts(change.advisory, published_on) if published_on else None


def _procedure(change: ChangeRequest) -> ProcedureFacts | None:
    procedure = change.standard_procedure
    if procedure is None:
        return None
    return ProcedureFacts(
        slug=procedure.slug,
        title=procedure.title,
        valid_from=procedure.valid_from,
        expires_on=procedure.expires_on,
        systems=frozenset(system.slug for system in procedure.systems.all()),
        parameter_limits=procedure.parameter_limits,
    )


def _commit(commit: Commit, pull: PullRequest) -> CommitFacts:
    merger = pull.merged_by_id if commit.sha == pull.merge_revision else None
    return CommitFacts(
        sha=commit.sha,
        committed_at=commit.committed_at,
        author=person_facts(commit.author),
        co_authors=tuple(known(person) for person in commit.co_authors.all()),
        parents=tuple(commit.parents),
        patch_id=commit.patch_id,
        is_merge=commit.is_merge,
        is_merge_of_host=commit.is_merge and merger is not None and merger == commit.author_id,
        committer=person_facts(commit.committer),
        paths=None if commit.paths is None else tuple(commit.paths),
    )


def _diff(diff: PullRequestDiff) -> DiffFacts:
    return DiffFacts(diff.patch_id, None if diff.paths is None else frozenset(diff.paths))


def _with_diff(approval: ApprovalFacts, diffs: Mapping[str, DiffFacts]) -> ApprovalFacts:
    """A revision fixes its diff, also where it was fetched only after the approval."""
    diff = diffs.get(approval.revision)
    return replace(approval, patch_id=diff.patch_id) if diff and diff.patch_id else approval


def _approval(approval: Approval) -> ApprovalFacts:
    return ApprovalFacts(
        person=known(approval.person),
        role=ApprovalRole(approval.role),
        decision=Decision(approval.decision),
        decided_at=approval.decided_at,
        revision=approval.revision,
        request_digest=approval.request_digest,
        patch_id=approval.patch_id,
        roles_held=frozenset(approval.roles_held),
        systems_led=frozenset(approval.systems_led),
        was_on_call=approval.was_on_call,
    )


def _gate(result: GateResult) -> GateResultFacts:
    return GateResultFacts(
        gate=Gate(result.gate),
        tool=result.tool,
        revision=result.revision,
        numbers=result.numbers,
        produced_at=result.produced_at,
    )
