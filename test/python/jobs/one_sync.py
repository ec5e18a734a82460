"""One sync as the integration guide of the earlier system tracks it, ending as the arguments say."""

import os
import signal
import sys
import time

from canvas_sync_monitor import CanvasSyncMetricsTracker, log_canvas_error, log_canvas_progress

task_id, end = sys.argv[1], sys.argv[2]
tracker = CanvasSyncMetricsTracker(task_id=task_id, user_id=42, sync_type="all")
try:
    for course in range(3):
        tracker.record_course(created=True)
        for _ in range(4):
            tracker.record_assignment(updated=True)
        tracker.record_api_call(20.5)
    log_canvas_progress(task_id, user_id=42, progress_percent=50, current_item="Grades")
    if end == "kill":
        # It is on the disk within some 20 ms.
        time.sleep(0.5)
        print("recorded", flush=True)
        time.sleep(60)
    if end == "kill-self":
        os.kill(os.getpid(), signal.SIGKILL)
    if end == "exit":
        sys.exit(3)
    if end == "fail":
        raise ValueError("no grades for Erika Mustermann, token 1234~abcdefghijklmnopqrstuvwxyz")
    if end == "uncaught":
        raise KeyError("Erika Mustermann")
    tracker.complete_success()
except ValueError as error:
    log_canvas_error(f"Sync failed: {error}", user_id=42, operation="sync_task", task_id=task_id)
    result = tracker.complete_failure(str(error))
    assert "Erika" in result.error_message, "the job itself keeps the message"
