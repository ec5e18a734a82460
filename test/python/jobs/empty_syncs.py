"""Syncs of one job: three that read something, one that reads nothing, and one that may."""

from canvas_sync_monitor import CanvasSyncMetricsTracker, current_tracker, monitored

for number in range(3):
    with CanvasSyncMetricsTracker(task_id=f"full-{number}", user_id=42, sync_type="python grades") as tracker:
        tracker.record_grade(updated=31)
with CanvasSyncMetricsTracker(task_id="empty", user_id=42, sync_type="python grades"):
    pass
with CanvasSyncMetricsTracker(task_id="expected", user_id=42, sync_type="python grades", may_be_empty=True):
    pass


@monitored(sync_type="python notes", may_be_empty=True)
def read_notes(user_id, count):
    if count:
        current_tracker().record_grade(updated=count)
    print(current_tracker().task_id)


for count in (1, 1, 1, 0):
    read_notes(7, count)
