"""The addresses below `/api/v1/`."""

from django.urls import path

from changes.api.views.actions import action_view, follow_up_view
from changes.api.views.changes import ChangeList, OneChange
from changes.api.views.deploy_gate import DeployGate
from changes.api.views.deployments import DeploymentList, Finish, OneDeployment
from changes.api.views.evidence import Evidence
from changes.api.views.pipeline_runs import PipelineRuns
from changes.api.views.rollout import Samples, Stages, Verifications
from changes.states import Action
from changes.views.followups import FOLLOW_UPS

# `changes.urls`, which stands before this in the map of the site, says what a `change` and a
# `number` is.
app_name = "api"
ONE = "changes/<change:key>/"
DEPLOYMENT = "deployments/<number:number>/"

urlpatterns = [
    path("changes/", ChangeList.as_view(), name="changes"),
    path(ONE, OneChange.as_view(), name="change"),
    path(f"{ONE}evidence/", Evidence.as_view(), name="evidence"),
    path(f"{ONE}deploy-gate/", DeployGate.as_view(), name="deploy-gate"),
    path("pipeline-runs/", PipelineRuns.as_view(), name="pipeline-runs"),
    path("deployments/", DeploymentList.as_view(), name="deployments"),
    path(DEPLOYMENT, OneDeployment.as_view(), name="deployment"),
    path(f"{DEPLOYMENT}stages/", Stages.as_view(), name="stages"),
    path(f"{DEPLOYMENT}samples/", Samples.as_view(), name="samples"),
    path(f"{DEPLOYMENT}verifications/", Verifications.as_view(), name="verifications"),
    path(f"{DEPLOYMENT}finish/", Finish.as_view(), name="finish"),
]
urlpatterns += [
    path(f"{ONE}{action.value.replace('_', '-')}/", action_view(action), name=action.value)
    for action in Action
]
urlpatterns += [path(f"{ONE}{slug}/", follow_up_view(slug), name=slug) for slug in FOLLOW_UPS]
