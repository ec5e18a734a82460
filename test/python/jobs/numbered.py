"""Syncs whose every event has a number, so that a missing, doubled or misplaced one shows.

numbered.py TASK_ID SYNCS EVENTS PAUSE_MS
"""

import sys
import time

from canvas_sync_monitor import CanvasSyncMetricsTracker, log_canvas_sync_event

task_id, syncs, events, pause_ms = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
for number in range(syncs):
    tracker = CanvasSyncMetricsTracker(f"{task_id}-{number}", 42)
    for event in range(events):
        tracker.record_course(created=True)
        tracker.record_api_call(1.5)
        log_canvas_sync_event("step", user_id=42, items=event)
        if pause_ms and event % 10 == 9:
            time.sleep(pause_ms / 1000)
        if event == events // 2:
            print(f"half of {number}", flush=True)
    tracker.complete_success()
    print(f"done {number}", flush=True)
