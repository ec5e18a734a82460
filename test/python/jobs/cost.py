"""What recording costs: the median in microseconds by kind, and the memory in MiB when nothing can be sent or written."""

import json
import resource
import sys
import time

from canvas_sync_monitor import CanvasSyncMetricsTracker, configure, log_canvas_api_call

records = int(sys.argv[1])
tracker = CanvasSyncMetricsTracker("cost", 42)
kinds = {
    "record_course": lambda: tracker.record_course(created=True),
    "record_api_call": lambda: tracker.record_api_call(20.5, endpoint="/api/v1/courses/5/users", status=200, items=50),
    "record_api_call as before": lambda: tracker.record_api_call(20.5),
    "log_canvas_api_call": lambda: log_canvas_api_call("GET", "/courses", user_id=42, response_status=200, count=5),
}
told = {}
for kind, record in kinds.items():
    times = []
    for _ in range(records):
        began = time.perf_counter()
        record()
        times.append(time.perf_counter() - began)
    told[kind] = round(sorted(times)[records // 2] * 1e6, 1)
tracker.complete_success()
# Neither a server nor a disk.
configure(server="http://127.0.0.1:1", spool_dir=__file__)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
tracker = CanvasSyncMetricsTracker("nowhere", 42)
for _ in range(10 * records):
    tracker.record_course(created=True)
tracker.complete_success()
assert tracker.metrics.courses_processed == 10 * records
told["memory_mib"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(json.dumps(told))
