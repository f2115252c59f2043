"""Where browsers reach the app, and where people are helped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sync_core.domain.errors import SettingError
from sync_core.settings.values import LOOPBACK, address

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL_URL = "http://localhost:7071"

#  RFC 6068, as far as one address goes: what is written to it is the portal's to add.
_MAIL_TO = re.compile(r"mailto:[A-Za-z0-9.!#$%'*+/=^_`{|}~-]+@[A-Za-z0-9.-]+")


def public_url(given: Mapping[str, str]) -> str:
    """Return where browsers reach the app.

    The platform sets WEBSITE_HOSTNAME (learn.microsoft.com, "Environment variables and app settings in Azure App
    Service"), and Core Tools set it to the local host and its port, where there is no TLS.
    """
    if "PUBLIC_URL" in given:
        url = address(given, "PUBLIC_URL")
        if urlsplit(url).path:
            raise SettingError("PUBLIC_URL", "must end behind the host, such as https://host")
        return url
    host = given.get("WEBSITE_HOSTNAME")
    if host is None:
        return LOCAL_URL
    scheme = "http" if host.partition(":")[0] in LOOPBACK else "https"
    return address({"WEBSITE_HOSTNAME": f"{scheme}://{host}"}, "WEBSITE_HOSTNAME")


def support_url(given: Mapping[str, str]) -> str | None:
    name = "SUPPORT_URL"
    text = given.get(name)
    if text is None or _MAIL_TO.fullmatch(text):
        return text
    if text.lower().startswith("mailto:"):
        raise SettingError(name, "must name one address behind mailto:, and nothing else")
    return address(given, name, loopback=False)
