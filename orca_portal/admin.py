"""The admin site itself: for policy administrators and superusers, by role and not by flag."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from changes.models import Person
from changes.permissions import may, why_may_not
from changes.roles import Act


class PortalAdminSite(AdminSite):
    site_title = site_header = "Configuration"
    index_title = "Policy, systems and people"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        person = request.user
        if not isinstance(person, Person) or not person.is_active:
            return False
        return person.is_superuser or may(person, Act.CONFIGURE)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Who is signed in and may not is told so, instead of being sent to sign in again."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if isinstance(request.user, Person) and not self.has_permission(request):
                raise PermissionDenied(why_may_not(request.user, Act.CONFIGURE))
            response: HttpResponseBase = inner(request, *args, **kwargs)
            return response

        return guarded
