"""Evidence files of a change: attached by people, handed out as they came."""

from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from changes import clock
from changes.forms.evidence_files import EvidenceFileForm
from changes.models import ChangeRequest, Person
from changes.permissions import needs
from changes.queries.evidence_files import Damaged, opened_whole
from changes.roles import Act
from changes.views.lookup import change_page, found_change, person_of
from changes.views.refusals import refused, status_of
from changes.workflow.attachments import attach_document
from changes.workflow.evidence_files import attach_evidence
from changes.workflow.refusals import Invalid, Refusal


@needs(Act.CREATE_CHANGE)
@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, key: str) -> HttpResponse:
    change = found_change(request, key)
    if request.method == "GET":
        return _page(request, change, EvidenceFileForm())
    form = EvidenceFileForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            messages.success(request, _attached(change, form, person_of(request), clock.now()))
            return redirect(f"{change_page(change)}#files")
    except Invalid as refusal:
        form.add_refusal(refusal.fields)
    except Refusal as refusal:
        back = f"Look at {change.key}"
        return refused(
            request, status_of(refusal), str(refusal), back=change_page(change), back_text=back
        )
    return _page(request, change, form, HTTPStatus.BAD_REQUEST)


@needs(Act.READ_CHANGES)
@require_safe
def download(request: HttpRequest, key: str, sha256: str) -> HttpResponseBase:
    """As an attachment and never shown: the browser is to run nothing of it. What differs from
    its digest is refused with the sentence.
    """
    change = found_change(request, key)
    item = change.evidence_items.filter(sha256=sha256).first()
    if item is None:
        raise Http404(f"{change.key} has no such file.")
    try:
        file = opened_whole(item)
    except Damaged as error:
        return refused(
            request,
            HTTPStatus.CONFLICT,
            str(error),
            back=change_page(change),
            back_text=f"Look at {change.key}",
        )
    response = FileResponse(
        file, as_attachment=True, filename=item.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _attached(change: ChangeRequest, form: EvidenceFileForm, person: Person, at: datetime) -> str:
    """The sentence that says what became of the file."""
    file, produced_at = form.cleaned_data["file"], form.produced_at
    if form.is_document:
        item = attach_document(
            request=change,
            content=file,
            name=file.name,
            at=at,
            actor=person,
            effective_at=produced_at,
        )
        return f"{item.name} is kept with {change.key}."
    done = attach_evidence(
        request=change,
        content=file,
        name=file.name,
        at=at,
        actor=person,
        effective_at=produced_at,
        **form.report,
    )
    if done.gate_result is None:
        return f"{done.item.name} is kept, but it says nothing that counts for a gate."
    if not done.is_new:
        return f"{done.item.name} is known already."
    return f"{done.item.name} is read and kept: it counts for {done.gate_result.revision[:12]}."


def _page(
    request: HttpRequest,
    change: ChangeRequest,
    form: EvidenceFileForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {"change": change, "form": form}
    return render(request, "changes/attach_evidence.html", context, status=status)
