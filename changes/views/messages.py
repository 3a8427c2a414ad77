"""What people were told by e-mail and webhook: their own to each, and all of them to watch."""

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from changes import clock
from changes.forms.messages import MessageFilter, PageOfMessages
from changes.models import Notification
from changes.permissions import may, needs
from changes.queries.messages import all_messages, message_counts, messages_to
from changes.roles import Act
from changes.views.lookup import person_of
from changes.views.refusals import answers_refusals, refused
from changes.workflow.notifications import retry_notification

PAGE_SIZE = 50


@needs(Act.READ_CHANGES)
@require_safe
def my_messages(request: HttpRequest) -> HttpResponse:
    person, form = person_of(request), PageOfMessages(request.GET)
    if not form.is_valid():
        return refused(request, HTTPStatus.BAD_REQUEST, form.sentence)
    pages = Paginator(messages_to(person), PAGE_SIZE)
    context = {
        "page": pages.get_page(form.cleaned_data["page"] or 1),
        "may_read_all": may(person, Act.READ_MESSAGES),
    }
    return render(request, "changes/my_messages.html", context)


@needs(Act.READ_MESSAGES)
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    form = MessageFilter(request.GET)
    if not form.is_valid():
        return refused(request, HTTPStatus.BAD_REQUEST, form.sentence)
    channel, state = form.cleaned_data["channel"], form.cleaned_data["state"]
    pages = Paginator(all_messages(channel=channel, state=state), PAGE_SIZE)
    context = {
        "filter": form,
        "counts": message_counts(),
        "page": pages.get_page(form.cleaned_data["page"] or 1),
        "may_retry": may(request.user, Act.RETRY_MESSAGE),
        "shows_people": True,
    }
    return render(request, "changes/messages.html", context)


@needs(Act.RETRY_MESSAGE)
@require_POST
@answers_refusals
def message_retry(request: HttpRequest, pk: int) -> HttpResponse:
    found = Notification.objects.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such message.")
    retry_notification(notification=found, actor=person_of(request), at=clock.now())
    messages.success(request, "The message is sent again within seconds.")
    return redirect("changes:messages")
