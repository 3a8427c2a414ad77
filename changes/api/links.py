"""Where an answer leads, as links of the description (OpenAPI 3.1, 4.8.20): from a change that was
made to everything that can be done with it, and the same from a deployment.
"""

from typing import Any

LINKS = "links"
# What makes a thing, by what its address is then told, and the field of the answer that says it.
MADE_BY = {"changes_create": ("key", "key"), "deployments_create": ("number", "id")}


def with_links(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """For drf-spectacular."""
    operations = [
        (path, operation)
        for path, methods in result["paths"].items()
        for operation in methods.values()
    ]
    known = result["components"].setdefault(LINKS, {})
    for path, operation in operations:
        if operation["operationId"] not in MADE_BY:
            continue
        parameter, field = MADE_BY[operation["operationId"]]
        reached = [each["operationId"] for at, each in operations if f"{{{parameter}}}" in at]
        for name in reached:
            known[name] = {
                "operationId": name,
                "parameters": {parameter: f"$response.body#/{field}"},
                "description": f"What was made, by its {parameter}; {path} made it.",
            }
        operation["responses"]["201"][LINKS] = {
            name: {"$ref": f"#/components/{LINKS}/{name}"} for name in reached
        }
    return result
