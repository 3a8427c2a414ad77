from django.urls import path, register_converter

from changes.intake.hosts import PROVIDERS
from changes.views.actions import act, follow_up
from changes.views.changes import change_detail, change_export, change_list
from changes.views.converters import (
    ActionConverter,
    DigestConverter,
    FollowUpConverter,
    KeyConverter,
    NumberConverter,
)
from changes.views.deliveries import delivery_list, delivery_retry
from changes.views.deployments import deployments, running_rollouts
from changes.views.editing import edit_change, new_change
from changes.views.evidence_files import attach, download
from changes.views.home import home
from changes.views.hooks import hook
from changes.views.messages import message_list, message_retry, my_messages
from changes.views.policy import (
    policy,
    policy_approve,
    policy_dry_run,
    policy_review,
    policy_version,
    policy_withdraw,
)
from changes.views.refused import refused_actions
from changes.views.retroactive import retroactive_change

register_converter(KeyConverter, "change")
register_converter(NumberConverter, "number")
register_converter(ActionConverter, "action")
register_converter(FollowUpConverter, "follow_up")
register_converter(DigestConverter, "sha256")

app_name = "changes"
urlpatterns = [
    path("", home, name="home"),
    path("changes/", change_list, name="list"),
    path("changes/new/", new_change, name="new"),
    path("changes/export.csv", change_export, name="export"),
    path("changes/retroactive/", retroactive_change, name="retroactive"),
    path("changes/<change:key>/", change_detail, name="detail"),
    path("changes/<change:key>/edit/", edit_change, name="edit"),
    path("changes/<change:key>/files/attach/", attach, name="attach-file"),
    path("changes/<change:key>/files/<sha256:sha256>/", download, name="file"),
    path("changes/<change:key>/<follow_up:slug>/", follow_up, name="follow-up"),
    path("changes/<change:key>/<action:action>/", act, name="act"),
    path("deliveries/", delivery_list, name="deliveries"),
    path("deliveries/<int:pk>/retry/", delivery_retry, name="delivery-retry"),
    *(path(f"hooks/{name}/", hook, {"source": name}, name=f"hook-{name}") for name in PROVIDERS),
    path("deployments/", deployments, name="deployments"),
    path("deployments/running/", running_rollouts, name="running-rollouts"),
    path("messages/", my_messages, name="my-messages"),
    path("messages/all/", message_list, name="messages"),
    path("messages/<int:pk>/retry/", message_retry, name="message-retry"),
    path("refused/", refused_actions, name="refused-actions"),
    path("policy/", policy, name="policy"),
    path("policy/<str:version>/", policy_version, name="policy-version"),
    path("policy/reviews/<str:quarter>/", policy_review, name="policy-review"),
    path("policy/<str:version>/dry-run/", policy_dry_run, name="policy-dry-run"),
    path("policy/<str:version>/approve/", policy_approve, name="policy-approve"),
    path("policy/<str:version>/withdraw/", policy_withdraw, name="policy-withdraw"),
]
