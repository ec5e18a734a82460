"""Sets something new in the middle of a sync whose task id another one has: renamed.py TASK_ID"""

import os
import sys
import time

from canvas_sync_monitor import CanvasSyncMetricsTracker, configure, flush, health


def deliver():
    flush()
    while not health()["connected"] or health()["waiting"]:
        time.sleep(0.02)


tracker = CanvasSyncMetricsTracker(sys.argv[1], 7)
tracker.record_course(created=True)
# It has its other name then.
deliver()
configure(keep_error_messages=True)
tracker.record_course(created=True)
if os.fork() == 0:
    tracker.record_course(created=True)
    deliver()
    os._exit(0)
os.wait()
tracker.complete_success()
