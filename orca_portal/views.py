"""Sign-in, the error pages and the style guide."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from changes import clock
from changes.api.problems import problem_response
from changes.models import Organisation
from changes.sample.logins import SAMPLE_LOGINS, SAMPLE_PASSWORD
from changes.views.refusals import refused
from orca_portal import styleguide as guide
from orca_portal.forms import SignInForm

API = "/api/v1/"


class SignIn(LoginView):
    template_name = "registration/sign_in.html"
    authentication_form = SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The sample's logins stand there while the sample database is open, and never else."""
        is_sample = Organisation.objects.filter(is_sample=True).exists()
        return {
            **super().get_context_data(**kwargs),
            "sample_logins": SAMPLE_LOGINS if is_sample else (),
            "sample_password": SAMPLE_PASSWORD if is_sample else "",
        }


def styleguide(request: HttpRequest) -> HttpResponse:
    """Each component in each state, for eyes and for axe."""
    return render(request, "styleguide.html", guide.examples(clock.now()))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refused(request, HTTPStatus.BAD_REQUEST, "The portal could not read this request.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = str(exception) or "Your roles do not allow this."
    return _refused(request, HTTPStatus.FORBIDDEN, sentence)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    said = exception.args[0] if exception.args else ""
    is_sentence = isinstance(said, str) and said.endswith(".")
    sentence = said if is_sentence else "There is no page at this address."
    return _refused(request, HTTPStatus.NOT_FOUND, sentence)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = "This form was opened in another session. Go back, reload the page and send it anew."
    return refused(request, HTTPStatus.FORBIDDEN, sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks neither the database nor the session: either may be what failed."""
    if request.path.startswith(API):
        sentence = "The portal failed; what you asked for was not done. Try again later."
        return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, "server_error", sentence)
    page = render_to_string("errors/500.html")
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _refused(request: HttpRequest, status: HTTPStatus, sentence: str) -> HttpResponse:
    """A page for people; for machines the same as a problem."""
    if request.path.startswith(API):
        return problem_response(status, status.name.lower(), sentence)
    return refused(request, status, sentence)
