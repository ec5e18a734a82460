"""Hands the tracker and the logging functions what nobody should: none of it may raise, and the counts stay sums."""

import logging
import math
import sys
from datetime import datetime
from decimal import Decimal

import canvas_sync_monitor
from canvas_sync_monitor import (
    CanvasSyncMetricsTracker, log_canvas_api_call, log_canvas_db_operation, log_canvas_error, log_canvas_progress,
    log_canvas_sync_event, setup_canvas_sync_logger,
)

logging.getLogger("canvas_sync_monitor").addHandler(logging.NullHandler())


class Nasty:
    def __str__(self):
        raise RuntimeError("no text")

    def __float__(self):
        raise RuntimeError("no number")

    def __bool__(self):
        raise RuntimeError("neither true nor false")

    def __deepcopy__(self, memo):
        raise RuntimeError("no copy")


circle = {}
circle["itself"] = circle
deep = []
for _ in range(3000):
    deep = [deep]
ODD = [
    None, True, False, 0, -1, 3, 2.5, math.nan, math.inf, -math.inf, 10**400, Decimal("1e999"), Decimal("2"), "", "seven",
    "\0", "\ud800", "😀" * 5000, "x" * 3_000_000, b"bytes", [], {}, circle, deep, set(), object, lambda: 1, Nasty(),
    datetime.now(), float, Exception("x"),
]  # fmt: skip

tracker = CanvasSyncMetricsTracker("hostile", user_id=42)
methods = [
    name for name in dir(tracker)
    if not name.startswith("_") and callable(getattr(tracker, name))
    and name not in ("complete_success", "complete_failure", "cancel", "process_ended", "put_line", "put_state", "course",
                     "running_ms", "to_dict", "save", "session")
]  # fmt: skip
assert len(methods) >= 13, methods
for method in methods:
    call = getattr(tracker, method)
    for value in ODD:
        for args in ((value,), (value, value)):
            try:
                call(*args)
            except TypeError as error:
                # The one thing that is told at once: an argument that is missing or too many, as ever.
                assert "positional argument" in str(error), (method, error)
for value in ODD:
    tracker.record_course(created=value, updated=value, count=value, course_id=value, duration_ms=value)
    tracker.record_api_call(value, value, endpoint=value, status=value, items=value, bytes=value, method=value)
    tracker.record_db_operation(value, operation=value, entity=value, count=value, batch=value)
    tracker.record_course_outcome(value, value, reason=value, duration_ms=value)
    tracker.set_chunk_size(value)
    tracker.set_target_course(value)
    tracker.add_metadata("key", value)
    log_canvas_sync_event(value, user_id=value, course_id=value, detail_level=value, name=value, message=value, items=value)
    log_canvas_api_call(value, value, user_id=value, response_status=value, duration_ms=value)
    log_canvas_db_operation(value, value, count=value, course_id=value)
    log_canvas_progress(value, user_id=value, progress_percent=value, current_item=value, total_items=value)
    log_canvas_error(value, user_id=value, course_id=value, operation=value)
    other = CanvasSyncMetricsTracker(value, value, value, trigger=value, metadata=value, chunk_size=value)
    other.set_target_course(value)
    other.set_chunk_size(value)
    other.add_metadata(value, value)
    other.metrics.courses_processed = value
    cancelled = CanvasSyncMetricsTracker(value, value, value, incremental=value, use_pagination=value)
    assert cancelled.cancel(value).sync_status == "cancelled", value
    other.complete_failure(value)
    assert other.finished and other.metrics.sync_status == "failed", value
setup_canvas_sync_logger()
setup_canvas_sync_logger()
logging.getLogger("canvas_sync.api").info("from a logger %s", "at anna@example.edu", extra={"status": 200, "secret": "x"})
try:
    raise ValueError("Erika Mustermann")
except ValueError:
    logging.getLogger("canvas_sync.errors").exception("It failed: %s", sys.exc_info()[1])
# What a job counts in the attributes themselves.
tracker.metrics.total_data_size_bytes = 4096
tracker.metrics.courses_updated = "many"
last = CanvasSyncMetricsTracker("sound", user_id=42)
last.record_course(created=True)
last.metrics.total_data_size_bytes += 4096
last.complete_success()
last.complete_failure("too late")
last.record_course(created=True)
assert last.metrics.courses_processed == 1 and last.metrics.sync_status == "completed"
tracker.complete_success()
assert canvas_sync_monitor.flush()
