"""The code of the earlier integration guide, as it stands there, over app/services/canvas_sync_metrics.py of today."""

import sys
import types
import uuid


# --- What stands for Celery, Slack and Prometheus ---
def shared_task(bind):
    def task(function):
        def run(*args, **kwargs):
            request = types.SimpleNamespace(id=f"guide-{uuid.uuid4()}")
            return function(types.SimpleNamespace(request=request), *args, **kwargs)

        return run

    return task


class Recorder:
    def __init__(self):
        self.seen = []

    def __getattr__(self, name):
        def call(*args, **kwargs):
            self.seen.append((name, args, kwargs))
            return self

        return call


slack_client, sync_count, sync_duration, sync_courses = Recorder(), Recorder(), Recorder(), Recorder()
existing_ids = {2}
results = []


def sync_courses_of(user_id):
    if user_id == 666:
        raise ConnectionError("Canvas is away for Erika Mustermann")
    return [{"id": 1}, {"id": 2}]


def sync_assignments(course_id):
    return [{"id": 10 + course_id}, {"id": 2}]


# --- Add to Canvas Sync Task ---
from app.services.canvas_sync_metrics import CanvasSyncMetricsTracker  # noqa: E402
from app.models import db  # noqa: E402


@shared_task(bind=True)
def sync_canvas_data_task(self, user_id, sync_type='all', **kwargs):
    # Initialize metrics tracker
    tracker = CanvasSyncMetricsTracker(
        task_id=self.request.id,
        user_id=user_id,
        sync_type=sync_type
    )

    try:
        # Your sync logic here
        courses = sync_courses_of(user_id)
        for course in courses:
            created = course['id'] not in existing_ids
            tracker.record_course(created=created)

            # Sync assignments
            assignments = sync_assignments(course['id'])
            for assignment in assignments:
                created = assignment['id'] not in existing_ids
                tracker.record_assignment(created=created)

        # Mark as complete
        result = tracker.complete_success()
        db.session.add(result)
        db.session.commit()
        results.append(result)

        return {'status': 'success', 'task_id': self.request.id}

    except Exception as e:
        result = tracker.complete_failure(str(e))
        db.session.add(result)
        db.session.commit()
        results.append(result)

        return {'status': 'error', 'message': str(e)}


# --- Add Slack Notifications ---
def notify_sync_failure(sync_metrics):
    """Send Slack notification on sync failure."""
    slack_client.chat_postMessage(
        channel='#canvas-sync-alerts',
        blocks=[
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": f"*Canvas Sync Failed*\n"
                           f"User: {sync_metrics.user_id}\n"
                           f"Error: {sync_metrics.error_message}\n"
                           f"Time: {sync_metrics.sync_start_time}"
                }
            }
        ]
    )


# --- Create Grafana Dashboards ---
def record_prometheus_metrics(sync_metrics):
    """Record metrics to Prometheus."""
    sync_count.labels(
        status=sync_metrics.sync_status,
        sync_type=sync_metrics.sync_type
    ).inc()

    if sync_metrics.total_duration_seconds:
        sync_duration.observe(sync_metrics.total_duration_seconds)

    sync_courses.set(sync_metrics.courses_processed or 0)


# --- Unit Tests ---
def test_metrics_tracker():
    """Test metrics tracking."""
    tracker = CanvasSyncMetricsTracker(
        task_id='test-123',
        user_id=42
    )

    tracker.record_course(created=True)
    tracker.record_assignment(updated=True)

    assert tracker.metrics.courses_processed == 1
    assert tracker.metrics.assignments_processed == 1
    assert tracker.metrics.courses_created == 1


assert sync_canvas_data_task(42)["status"] == "success"
assert sync_canvas_data_task(user_id=666, sync_type="grades") == {
    "status": "error", "message": "Canvas is away for Erika Mustermann"
}
good, bad = results
assert (good.sync_status, good.courses_processed, good.courses_created, good.assignments_created) == ("completed", 2, 1, 2)
assert (bad.sync_status, bad.user_id, bad.sync_type) == ("failed", 666, "grades")
if bad.sync_status == 'failed':
    notify_sync_failure(bad)
record_prometheus_metrics(good)
assert "User: 666" in slack_client.seen[0][2]["blocks"][0]["text"]["text"]
assert sync_courses.seen == [("set", (2,), {})]

# --- Add Email Reports, with the questions of the metrics service ---
import time  # noqa: E402

from app.models import statements  # noqa: E402
from app.services.canvas_sync_metrics import (  # noqa: E402
    get_all_sync_metrics_summary, get_failed_syncs, get_sync_by_task, get_sync_metrics_summary,
)

days = 7
for _ in range(200):
    summary = get_all_sync_metrics_summary(days=days)
    if summary["failed_syncs"] == 1:
        break
    time.sleep(0.05)
html = f"Total Syncs: {summary['total_syncs']} Success Rate: {summary['success_rate']:.1f}%"
assert html.endswith("Success Rate: 50.0%"), html
assert get_sync_metrics_summary(42, days)["successful_syncs"] == 1
failed = get_failed_syncs(days=7)
assert [f["user_id"] for f in failed["syncs"]] == [666]
assert get_sync_by_task(good.sync_task_id)["sync_status"] == "completed"
assert get_sync_by_task("no such task") is None
# Last, because the sync that it lets go of counts as failed.
test_metrics_tracker()
assert statements == [], "nothing goes to the job's own database"
print("sqlalchemy" if "sqlalchemy" in sys.modules else "no sqlalchemy")
