"""Reads a JSON list of texts from a file, and writes them redacted."""

import json
import sys

from canvas_sync_monitor import redact

with open(sys.argv[1], encoding="utf-8") as file:
    print(json.dumps([redact(text) for text in json.load(file)]))
