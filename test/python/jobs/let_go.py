"""A job that leaves a sync without an end: the process goes on. let_go.py TASK_ID own|thread"""

import sys
import time

import canvas_sync_monitor
from canvas_sync_monitor import CanvasSyncMetricsTracker, current_tracker, flush, get_sync_by_task, log_canvas_sync_event

task_id, who = sys.argv[1], sys.argv[2]
# How often the thread looks.
canvas_sync_monitor._HEARTBEAT_S = 0.1


def task():
    tracker = CanvasSyncMetricsTracker(task_id, 42)
    tracker.record_course(created=True)
    # Told by no event.
    tracker.metrics.total_data_size_bytes += 4096
    tracker.save()
    raise ValueError("before its end")


try:
    task()
except ValueError:
    pass
assert current_tracker() is None
log_canvas_sync_event("of_nobody")
if who == "own":
    # What another sync of the process does at its start and end.
    flush()
while (get_sync_by_task(task_id) or {"sync_status": "in_progress"})["sync_status"] == "in_progress":
    time.sleep(0.02)
print("ended")
