from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError, ServiceResponseError

from sync_core.adapters.entra.failures import Hiccup, of_answer, of_sign_in, refused
from sync_core.domain.errors import EntraRefused, GroupGone


@dataclass
class Answer:
    """As much of an HTTP answer as azure-core's errors look at."""

    status_code: int
    headers: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    def text(self) -> str:
        return ""


def sign_in_error(message: str, status: int = 401, headers: dict[str, str] | None = None) -> Any:
    answer: Any = Answer(status, headers or {})
    return ClientAuthenticationError(message=message, response=answer)


@pytest.mark.parametrize(
    ("status", "graph_code", "code"),
    [
        (401, "InvalidAuthenticationToken", "token-refused"),
        (403, "Authorization_RequestDenied", "permission-missing"),
        (400, "Request_BadRequest", "request-refused"),
        (302, "", "request-refused"),
        (404, "UnknownError", "request-refused"),
        (405, "", "request-refused"),
        (410, "resyncRequired", "request-refused"),
        (501, "NotImplemented", "request-refused"),
    ],
)
def test_a_final_answer_refuses_the_tenant(status: int, graph_code: str, code: str) -> None:
    failure = of_answer(status, graph_code)

    assert isinstance(failure, EntraRefused)
    assert failure.code == code


@pytest.mark.parametrize("graph_code", ["Request_ResourceNotFound", "request_resourcenotfound"])
def test_a_resource_that_is_not_found_is_a_group_that_is_gone(graph_code: str) -> None:
    failure = of_answer(404, graph_code)

    assert isinstance(failure, GroupGone)
    assert failure.code == "group-gone"


def test_a_refused_request_names_status_and_code() -> None:
    assert "status 400, Request_UnsupportedQuery" in of_answer(400, "Request_UnsupportedQuery").reason


@pytest.mark.parametrize("code", ["", "https://graph.example/x?$skiptoken=abc", "x" * 65, "a b"])
def test_a_strange_code_is_not_repeated(code: str) -> None:
    assert "status 400, no code" in of_answer(400, code).reason


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (7000229, "consent-missing"),
        (700016, "consent-missing"),
        (7000215, "secret-refused"),
        (7000222, "secret-expired"),
        (90002, "tenant-gone"),
        (53003, "blocked-by-policy"),
        (500011, "sign-in-refused"),
        (70021, "sign-in-refused"),
    ],
)
def test_a_refused_sign_in_goes_by_its_number(number: int, code: str) -> None:
    told = f"Microsoft Entra ID error '(invalid_client) AADSTS{number}: Something. Trace ID: 1-2-3'"

    failure = of_sign_in(sign_in_error(told))

    assert isinstance(failure, EntraRefused)
    assert failure.code == code


def test_an_unknown_number_is_told_and_its_text_is_not() -> None:
    failure = of_sign_in(sign_in_error("AADSTS70021: subject 'secret-thing'"))

    assert "AADSTS70021" in str(failure)
    assert "secret-thing" not in str(failure)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_sign_in_service_may_pass(status: int) -> None:
    failure = of_sign_in(sign_in_error("AADSTS90033: A transient error.", status, {"Retry-After": "7"}))

    assert isinstance(failure, Hiccup)
    assert failure.retry_after == "7"


@pytest.mark.parametrize("kind", [ServiceRequestError, ServiceResponseError])
def test_an_unreachable_sign_in_service_may_pass(kind: Any) -> None:
    assert isinstance(of_sign_in(kind("Cannot connect to host login.example:443")), Hiccup)


def test_an_answer_that_is_not_entras_may_pass() -> None:
    assert isinstance(of_sign_in(sign_in_error("Unexpected response: <html>", 200)), Hiccup)


@pytest.mark.parametrize(
    "code",
    [
        "consent-missing",
        "permission-missing",
        "token-refused",
        "secret-refused",
        "secret-expired",
        "tenant-gone",
        "blocked-by-policy",
        "foreign-link",
    ],
)
def test_every_refusal_tells_what_to_do(code: str) -> None:
    reason = refused(code).reason

    assert any(fix in reason for fix in ("Connect Entra ID again", "Contact our support", "Let an administrator"))
    assert "http" not in reason
