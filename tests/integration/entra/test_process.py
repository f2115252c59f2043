from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

from tests.integration.entra.tenants import MARKS, SECRET, group

if TYPE_CHECKING:
    from tests.integration.entra.tenants import Rig

pytestmark = MARKS


async def python(*arguments: str, **environ: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, env={**os.environ, **environ}
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()


async def test_a_process_trusts_ssl_cert_file_and_traces_no_address(rig: Rig) -> None:
    sales = rig.load(group())

    output = await python(
        *("-m", "tests.integration.entra.read_group"),
        *(rig.simulator.url, rig.client_id, SECRET, rig.tenant, sales),
        SSL_CERT_FILE=str(rig.simulator.authority_file),
    )

    read = json.loads(output)
    assert read["name"] == "Sales"
    assert read["traced"]
    assert not any(sales in span for span in read["traced"])


async def test_the_sdk_is_not_loaded_before_it_is_needed() -> None:
    """Loading it takes longer than most functions take altogether."""
    heavy = ("msgraph", "kiota_abstractions", "httpx", "azure")
    code = (
        "import sys, sync_core.adapters.entra.client, sync_core.adapters.entra.reader\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )

    assert (await python("-c", code)).strip() == "[]"
