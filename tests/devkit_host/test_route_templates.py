from __future__ import annotations

import pytest

from devkit.functions_host.route_templates import NotARoute, RouteTemplate


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("groups", "groups", {}),
        ("groups", "GROUPS/", {}),
        ("groups", "groups/1", None),
        ("groups/{id}", "groups/7", {"id": "7"}),
        ("groups/{id}", "groups", None),
        ("groups/{id?}", "groups", {}),
        ("groups/{id:int}", "groups/7", {"id": "7"}),
        ("groups/{id:int}", "groups/seven", None),
        ("groups/{id:int?}", "groups/", {}),
        (
            "groups/{id:guid}",
            "groups/0b0f3d7e-3b55-4b43-8a35-3bd2f0d2f1aa",
            {"id": "0b0f3d7e-3b55-4b43-8a35-3bd2f0d2f1aa"},
        ),
        ("portal/{*rest}", "portal/a/b.js", {"rest": "a/b.js"}),
        ("portal/{*rest}", "portal", {}),
        ("portal/{*rest}", "portal/a/", {"rest": "a/"}),
        ("people/{name}", "people/Zo%C3%AB%20B", {"name": "Zoë B"}),
        ("people/{name}", "people/a%2Fb", {"name": "a%2Fb"}),
        ("", "", {}),
    ],
)
def test_paths_and_parameters(template: str, path: str, expected: dict[str, str] | None) -> None:
    assert RouteTemplate.parse(template).match(path) == expected


def test_the_more_definite_route_comes_first() -> None:
    routes = ["{*rest}", "groups/{id}", "groups/{id:int}", "groups/new", "{x}/new"]

    ordered = sorted(routes, key=lambda text: RouteTemplate.parse(text).precedence)

    assert ordered == ["groups/new", "groups/{id:int}", "groups/{id}", "{x}/new", "{*rest}"]


@pytest.mark.parametrize("template", ["{id", "a-{id}", "{id:even}", "{*rest}/more", "{id?}/more"])
def test_what_cannot_be_matched_is_refused(template: str) -> None:
    with pytest.raises(NotARoute):
        RouteTemplate.parse(template)
