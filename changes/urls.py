from django.urls import path, register_converter

from changes.views.actions import act
from changes.views.changes import change_detail, change_export, change_list
from changes.views.converters import ActionConverter, KeyConverter
from changes.views.editing import edit_change, new_change
from changes.views.home import home
from changes.views.policy import policy

register_converter(KeyConverter, "change")
register_converter(ActionConverter, "action")

app_name = "changes"
urlpatterns = [
    path("", home, name="home"),
    path("changes/", change_list, name="list"),
    path("changes/new/", new_change, name="new"),
    path("changes/export.csv", change_export, name="export"),
    path("changes/<change:key>/", change_detail, name="detail"),
    path("changes/<change:key>/edit/", edit_change, name="edit"),
    path("changes/<change:key>/<action:action>/", act, name="act"),
    path("policy/", policy, name="policy"),
]
