"""A job whose settings are of no use: it goes on, and counts."""

import traceback

from canvas_sync_monitor import (
    CanvasSyncMetricsTracker, CanvasSyncServerError, configure, current_tracker, flush, get_recent_syncs, health, monitored,
)  # fmt: skip


@monitored()
def task(user_id):
    current_tracker().record_grade(updated=31)
    return current_tracker()


assert task(42).metrics.grades_updated == 31
tracker = CanvasSyncMetricsTracker("misset", 42)
assert tracker.cancel("Stopped by an operator.").sync_status == "cancelled"
assert tracker.finished
configure(keep_error_messages=True)
assert health()["delivered_events"] == 0
flush()
try:
    get_recent_syncs()
    raise SystemExit("nobody answers there")
except CanvasSyncServerError:
    traceback.print_exc()
