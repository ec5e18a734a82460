"""Forks and threads as Celery, gunicorn and multiprocessing make them."""

import multiprocessing
import os
import sys
import threading

from canvas_sync_monitor import CanvasSyncMetricsTracker, flush, log_canvas_sync_event


def sync(name, courses=20):
    with CanvasSyncMetricsTracker(name, 42) as tracker:
        for number in range(courses):
            tracker.record_course(created=True)
            log_canvas_sync_event("step", items=number)


def children(count, work):
    pids = []
    for number in range(count):
        pid = os.fork()
        if pid == 0:
            work(number)
            # As Celery's children end: without atexit.
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        assert os.waitpid(pid, 0)[1] == 0


# After import, before use: a server that loads the application first.
children(3, lambda number: sync(f"before-{number}"))
# After use, in the middle of a sync, while other threads record.
parent = CanvasSyncMetricsTracker("parent", 42)
over = threading.Event()


def record():
    while not over.is_set():
        parent.record_assignment(updated=True)
        over.wait(0.001)


threads = [threading.Thread(target=record) for _ in range(3)]
for thread in threads:
    thread.start()
for _ in range(5):
    children(3, lambda number: sync(f"during-{os.getpid()}"))


def shared(number):
    parent.record_course(created=True)
    flush()


children(4, shared)
context = multiprocessing.get_context("fork")
process = context.Process(target=sync, args=("multiprocessing",))
process.start()
process.join()
over.set()
for thread in threads:
    thread.join()
parent.complete_success()
print(parent.metrics.assignments_processed)
workers = [threading.Thread(target=sync, args=(f"thread-{number}",)) for number in range(8)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
sys.exit(0)
