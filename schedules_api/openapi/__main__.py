"""Write the OpenAPI document, as it is kept beside the code, to standard output."""

from __future__ import annotations

import json
import sys

from schedules_api.openapi.document import document_of
from schedules_api.routes import sections

sys.stdout.write(json.dumps(document_of(sections()), indent=2, ensure_ascii=False) + "\n")
