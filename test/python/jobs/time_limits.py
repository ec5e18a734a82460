"""What comes out of a call for recording: what a signal raised, and nothing that was raised by what was handed over."""

import signal
import sys

import canvas_sync_monitor
from canvas_sync_monitor import CanvasSyncMetricsTracker, log_canvas_sync_event


class Stop(Exception):
    """What a job may call the end of its time."""


class SoftTimeLimitExceeded(Exception):
    """As that of Celery."""


class Alarms:
    def ring(self, number, frame):
        raise Stop("time is over")


class ReadTimeout(Exception):
    """As that of requests."""


class Slow:
    def __init__(self, kind):
        self.kind = kind

    def __str__(self):
        raise self.kind("no answer")

    __float__ = __str__


class Late:
    def __float__(self):
        signal.raise_signal(signal.SIGTERM)
        for _ in range(1000):
            pass
        return 1.0


signal.signal(signal.SIGTERM, Alarms().ring)
tracker = CanvasSyncMetricsTracker("limits", 42)
for kind in (TimeoutError, ReadTimeout, type("TimeLimitExceeded", (Exception,), {})):
    tracker.record_course(count=Slow(kind), course_id=Slow(kind))
    tracker.record_api_call(Slow(kind), endpoint=Slow(kind), status=200)
    tracker.add_metadata(Slow(kind), Slow(kind))
    log_canvas_sync_event(Slow(kind), course_id=Slow(kind))
    CanvasSyncMetricsTracker("other", 42).cancel(Slow(kind))
# That of Celery may also be raised by another thread.
for limit, value in ((Stop, Late()), (SoftTimeLimitExceeded, Slow(SoftTimeLimitExceeded))):
    try:
        tracker.record_api_call(value)
        sys.exit(f"{limit.__name__} did not reach the job")
    except limit:
        pass
tracker.complete_success()
assert canvas_sync_monitor.flush()
