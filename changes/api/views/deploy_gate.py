"""May this revision be deployed now, and if not, why not?"""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from changes import clock
from changes.api.access import ASK_GATE, token_of
from changes.api.answers import GateAnswer
from changes.api.base import ApiView, person_of
from changes.api.documentation import key_parameter
from changes.api.lookup import found_change
from changes.workflow.deploy_gate import answer_deploy_gate


class DeployGate(ApiView):
    access = {"GET": ASK_GATE}
    takes_any_query = True

    @extend_schema(
        operation_id="changes_deploy_gate",
        parameters=[
            key_parameter(),
            OpenApiParameter("revision", description="The commit that would be deployed."),
        ],
        responses=GateAnswer,
    )
    def get(self, request: Request, key: str) -> Response:
        """Always 200 for a change that there is: look at `allowed`. Each answer is kept."""
        answer = answer_deploy_gate(
            request=found_change(request, key),
            revision=request.query_params.get("revision", ""),
            actor=person_of(request),
            at=clock.now(),
            token=token_of(request),
        )
        return Response(GateAnswer(answer).data)
