"""One session of requests for many syncs. What each of them counted, as JSON."""

import gc
import json
import os
import sys
import threading
import weakref

import requests

from canvas_sync_monitor import CanvasSyncMetricsTracker

server = os.environ["CANVAS_SYNC_SERVER"]
session = requests.Session()
trackers = []


def sync(task_id, calls=1):
    with CanvasSyncMetricsTracker(task_id, 42) as tracker:
        watched = tracker.session(session)
        assert watched is session
        for _ in range(calls):
            session.get(server + "/livez")
        return tracker


for number in range(1200 if "many" in sys.argv else 20):
    trackers.append(weakref.ref(sync(f"{number}", 0)))
gc.collect()
told = {"kept": sum(1 for each in trackers if each() is not None)}

with CanvasSyncMetricsTracker("last", 42) as last:
    tracker = last.session(session)
    session.get(server + "/livez")
    # requests leaves the hooks of the session out for one that has its own.
    session.get(server + "/livez", hooks={"response": lambda response, **_: None})
    try:
        session.get("http://127.0.0.1:1/api/v1/courses")
    except requests.ConnectionError:
        pass
session.get(server + "/livez")
told["last"] = [last.metrics.api_calls_made, last.metrics.api_calls_failed]

# Threads that share it, each with a sync of its own; all have begun before one calls.
begun = threading.Barrier(3)
counts = {}


def together(calls):
    with CanvasSyncMetricsTracker(f"thread-{calls}", 42) as tracker:
        tracker.session(session)
        begun.wait()
        for _ in range(calls):
            session.get(server + "/livez")
        counts[calls] = tracker.metrics.api_calls_made


threads = [threading.Thread(target=together, args=(calls,)) for calls in (1, 2, 3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
told["threads"] = [counts[calls] for calls in (1, 2, 3)]
print(json.dumps(told))
