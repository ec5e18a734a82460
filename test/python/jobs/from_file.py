"""Does what a list says: from_file.py FILE, where each sync is a list of [method, keywords]."""

import json
import sys

from canvas_sync_monitor import CanvasSyncMetricsTracker


class Odd(Exception):
    """Not what a server keeps the name of."""


with open(sys.argv[1], encoding="utf-8") as file:
    syncs = json.load(file)
for task_id, steps in syncs:
    tracker = CanvasSyncMetricsTracker(task_id, 42, "grades", trigger="cron", metadata={"note": "mail anna@example.edu"})
    for method, given in steps:
        if method == "course":
            try:
                with tracker.course(given["course_id"], swallow=True):
                    if given["fails"]:
                        raise Odd("Anna")
            except Odd:
                raise SystemExit("it is swallowed")
        else:
            getattr(tracker, method)(**given)
