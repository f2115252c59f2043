"""Shared Key Lite: how a request to Table Storage is signed with an account key.

See learn.microsoft.com, "Authorize with Shared Key". The SDK has such a policy, but keeps it to itself.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from email.utils import formatdate
from typing import TYPE_CHECKING

from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest
from yarl import URL

if TYPE_CHECKING:
    from azure.core.credentials import AzureNamedKeyCredential
    from azure.core.pipeline import PipelineRequest


class SignWithAccountKey(SansIOHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Date and sign each request. Stands behind the retries, because a date is good for 15 minutes."""

    def __init__(self, credential: AzureNamedKeyCredential) -> None:
        super().__init__()
        self._credential = credential

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        account, key = self._credential.named_key
        date = formatdate(usegmt=True)
        #  The path as aiohttp will send it, which is not always the path as it was written.
        to_sign = f"{date}\n/{account}{URL(request.http_request.url).raw_path}"
        digest = hmac.new(b64decode(key), to_sign.encode(), hashlib.sha256).digest()
        request.http_request.headers["x-ms-date"] = date
        request.http_request.headers["Authorization"] = f"SharedKeyLite {account}:{b64encode(digest).decode()}"
