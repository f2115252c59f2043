"""What `make run` serves to browsers: the portal, and a sign-in that the product believes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx

from devkit.demo_admins import contoso_admin
from tests.e2e.processes import served

if TYPE_CHECKING:
    from pathlib import Path


def test_one_opens_the_portal_that_one_was_told_of_and_signs_in(tmp_path: Path) -> None:
    with served(tmp_path / "data") as (_, said), httpx.Client(trust_env=False) as browser:
        [portal] = re.findall(r"^Portal +(\S+)$", said, re.MULTILINE)
        page = browser.get(portal)
        docs = browser.get(str(httpx.URL(portal).copy_with(path="/api/docs")))
        login = browser.post(
            str(httpx.URL(portal).copy_with(path="/.auth/login/aad")),
            params={"post_login_redirect_uri": "/portal"},
            data={"person": contoso_admin("manage").id},
        )
        me = browser.get(str(httpx.URL(portal).copy_with(path="/api/me"))).json()

    assert page.headers["Content-Type"] == docs.headers["Content-Type"] == "text/html; charset=utf-8"
    assert login.headers["Location"] == "/portal"
    assert [workspace["id"] for workspace in me["workspaces"]] == ["demo"]
