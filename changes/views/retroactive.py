"""Open a change request for a commit or a deployment that has none."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from changes import clock
from changes.forms.request import ChangeForm
from changes.models import Commit, Deployment
from changes.permissions import needs
from changes.queries.policies import version_in_force
from changes.roles import Act
from changes.views.lookup import change_page, person_of
from changes.views.refusals import answers_refusals
from changes.workflow.refusals import Invalid
from changes.workflow.retroactive import open_retroactive_request


@needs(Act.CREATE_CHANGE)
@require_http_methods(["GET", "POST"])
@answers_refusals
def retroactive_change(request: HttpRequest) -> HttpResponse:
    """The address names what it is about: `kind`, `repository` and `revision`."""
    commit, deployment = _named(request)
    form = ChangeForm(request.POST or None, initial=_prefilled(commit, deployment))
    if request.method == "POST" and form.is_valid():
        try:
            change = open_retroactive_request(
                actor=person_of(request),
                at=clock.now(),
                values=form.values,
                systems=form.cleaned_data["systems"],
                commit=commit,
                deployment=deployment,
            )
        except Invalid as refusal:
            form.add_refusal(refusal.fields)
        else:
            messages.success(request, f"{change.key} is opened after the fact, as a draft.")
            return redirect(change_page(change))
    context = {
        "form": form,
        "is_draft": True,
        "policy": version_in_force(clock.now()),
        "opened_for": str(commit or deployment),
    }
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return render(request, "changes/change_form.html", context, status=status)


def _named(request: HttpRequest) -> tuple[Commit | None, Deployment | None]:
    kind, repository, revision = (
        request.GET.get(name, "") for name in ("kind", "repository", "revision")
    )
    if kind == "commit":
        commit = Commit.objects.filter(repository__name=repository, sha=revision).first()
        if commit:
            return commit, None
    if kind == "deployment":
        deployments = Deployment.objects.filter(change=None, revision=revision)
        of = deployments.filter(repository__name=repository) if repository else deployments
        found = of.order_by("started_at").first()
        if found:
            return None, found
    raise Http404("There is no such commit or deployment without a change request.")


def _prefilled(commit: Commit | None, deployment: Deployment | None) -> dict[str, object]:
    about = commit or deployment
    system = about.repository.system if about and about.repository else None
    return {
        "title": commit.subject[:300] if commit else f"Deployment of {deployment}"[:300],
        "systems": [system.slug] if system else [],
    }
