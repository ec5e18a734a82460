"""Which locks are held when: while the disk is written to, and while configure() comes between a fork and its end."""

import os
import threading

forks = []
# Called after that of the client, which is registered later.
os.register_at_fork(before=lambda: [each() for each in forks])

import canvas_sync_monitor  # noqa: E402
from canvas_sync_monitor import CanvasSyncMetricsTracker, configure, log_canvas_sync_event  # noqa: E402


def is_free(lock):
    found = []

    def look():
        found.append(lock.acquire(timeout=10 if forks else 1))
        if found[0]:
            lock.release()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found[0]


tracker = CanvasSyncMetricsTracker("locks", 42)
reporter = canvas_sync_monitor._reporter
free = []
reporter.relieve = lambda: free.append(is_free(reporter.lock))
records = (
    lambda: tracker.record_course(created=True),
    lambda: tracker.record_api_call(1.5, endpoint="/courses", status=200),
    lambda: tracker.record_api_rate_limit(),
    lambda: tracker.record_db_operation(1.5, operation="create", entity="courses"),
    lambda: tracker.progress(50),
    lambda: tracker.record_problem("Terms are unreadable."),
    lambda: tracker.record_course_outcome(101, "completed"),
    lambda: log_canvas_sync_event("step"),
)
for record in records:
    record()
assert free == [True] * len(records), free
del reporter.relieve

changing = threading.Thread(target=configure, kwargs={"keep_error_messages": True})
swapped = threading.Event()
close = reporter.close


def closing(wait_s):
    swapped.set()
    close(wait_s)


def change():
    changing.start()
    swapped.wait()


reporter.close = closing
forks.append(change)
if os.fork() == 0:
    os._exit(0)
os.wait()
assert is_free(reporter.lock), "it is locked for ever"
changing.join()
tracker.complete_success()
