"""The earlier routes in a real Flask application."""

import json

from flask import Flask

from canvas_sync_monitor import CanvasSyncMetricsTracker, flush, get_sync_by_task, register_canvas_metrics_api

with CanvasSyncMetricsTracker("paged", 42) as tracker:
    tracker.record_course(created=True)
flush()
while get_sync_by_task("paged") is None or get_sync_by_task("paged")["sync_status"] == "in_progress":
    pass

app, closed_app, unsaid_app = Flask("pages"), Flask("closed"), Flask("unsaid")
register_canvas_metrics_api(app, allowed=lambda: True)
register_canvas_metrics_api(closed_app, allowed=lambda: False)
register_canvas_metrics_api(unsaid_app)
client = app.test_client()
API = "/api/canvas/metrics"
answers = {
    path: client.get(API + path)
    for path in (
        "/sync/1", "/sync/task/paged", "/user/42/summary", "/user/42/syncs?limit=5", "/summary?days=7", "/recent?limit=1",
        "/failed", "/performance", "/logs/cleanup-status", "/health", "/sync/99", "/recent?limit=many", "/tokens", "/../../livez",
        "/user/../summary", "/sync/task/../../tokens",
    )
}  # fmt: skip
answers["refused"] = closed_app.test_client().get(API + "/summary")
# As from a proxy of this machine, which need not say that it is one.
answers["unsaid"] = unsaid_app.test_client().get(API + "/summary", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
answers["posted"] = client.post(API + "/logs/cleanup")
print(json.dumps({path: [answer.status_code, answer.json] for path, answer in answers.items()}))
