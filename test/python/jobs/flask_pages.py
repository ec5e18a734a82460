"""The earlier routes in a real Flask application."""

import json

from flask import Flask

from canvas_sync_monitor import CanvasSyncMetricsTracker, flush, get_sync_by_task, register_canvas_metrics_api

with CanvasSyncMetricsTracker("paged", 42) as tracker:
    tracker.record_course(created=True)
flush()
while get_sync_by_task("paged") is None or get_sync_by_task("paged")["sync_status"] == "in_progress":
    pass

app, open_app = Flask("pages"), Flask("open")
register_canvas_metrics_api(app)
register_canvas_metrics_api(open_app, allowed=lambda: False)
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
answers["forwarded"] = client.get(API + "/summary", headers={"X-Forwarded-For": "192.0.2.1"})
answers["refused"] = open_app.test_client().get(API + "/summary")
answers["elsewhere"] = client.get(API + "/summary", environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
answers["posted"] = client.post(API + "/logs/cleanup")
print(json.dumps({path: [answer.status_code, answer.json] for path, answer in answers.items()}))
