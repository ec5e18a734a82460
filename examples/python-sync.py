#!/usr/bin/env python3
"""Reports a sync to canvas-sync-monitor, with nothing but the standard library.

    CANVAS_SYNC_SERVER=https://monitor.example.edu CANVAS_SYNC_TOKEN=csm_... python3 examples/python-sync.py

Copy the class into your job. It never makes the job fail: what cannot be told is told to stderr.
"""

import gzip
import json
import os
import sys
import threading
import time
import traceback
import urllib.error
import urllib.request
import uuid


class MonitoredSync:
    """with MonitoredSync(sync_type='grades', user_id=7) as sync: sync.tell('grade', updated=31)"""

    def __init__(self, task_id=None, server=None, token=None, **start):
        server = server or os.environ.get("CANVAS_SYNC_SERVER", "http://127.0.0.1:5000")
        self.url = server.rstrip("/") + "/api/canvas/metrics/ingest"
        self.token = token or os.environ.get("CANVAS_SYNC_TOKEN")
        self.task_id = task_id or str(uuid.uuid4())
        self.start = start
        self.waiting = []
        self.lock = threading.Lock()
        self.ended = threading.Event()

    def __enter__(self):
        self.tell("start", **self.start)
        self.send()
        threading.Thread(target=self.keep_alive, daemon=True).start()
        return self

    def __exit__(self, kind, error, trace):
        self.ended.set()
        if error is None:
            self.tell("finish")
        else:
            # The class and the place, not the message: it may hold a student's name.
            last = traceback.extract_tb(trace)[-1]
            place = f"{last.name} ({os.path.basename(last.filename)}:{last.lineno})"
            self.tell("finish", exception={"name": kind.__name__, "place": place})
        for pause in (1, 2, 4, None):
            if self.send() or pause is None:
                break
            time.sleep(pause)
        if self.waiting:
            print(f"{len(self.waiting)} events could not be reported.", file=sys.stderr)

    def tell(self, type, **members):
        """One event; docs/ingest.md lists them."""
        # The id makes it count once, however often it is sent; the time, that it may be sent late.
        at = int(time.time() * 1000)
        event = {"type": type, "task_id": self.task_id, "id": str(uuid.uuid4()), "at": at, **members}
        with self.lock:
            self.waiting.append(event)
            full = len(self.waiting) >= 1000
        if full:
            self.send()

    def keep_alive(self):
        # After 30 seconds of silence the sync would be taken for lost.
        while not self.ended.wait(10):
            if not self.waiting:
                self.tell("heartbeat")
            self.send()

    def send(self):
        """Sends what waits; True when nothing is left. What is not taken is sent again the next time."""
        with self.lock:
            while self.waiting:
                events = self.waiting[:1000]
                headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
                if self.token:
                    headers["Authorization"] = f"Bearer {self.token}"
                body = gzip.compress("\n".join(json.dumps(event) for event in events).encode())
                request = urllib.request.Request(self.url, data=body, headers=headers, method="POST")
                try:
                    with urllib.request.urlopen(request, timeout=10) as response:
                        report = json.load(response)
                except urllib.error.HTTPError as error:
                    # 422: all of them were refused, and will be the next time.
                    if error.code != 422:
                        return False
                    report = json.load(error)
                except OSError:
                    return False
                for refusal in report["errors"]:
                    print(f"Event {refusal['index']}: {refusal['error']}", file=sys.stderr)
                del self.waiting[: len(events)]
        return True


def main():
    with MonitoredSync(sync_type="grades", user_id=7, trigger="cron") as sync:
        for course_id in (101, 102, 103):
            began = time.monotonic()
            sync.tell("grade", updated=31, course_id=course_id)
            duration_ms = round((time.monotonic() - began) * 1000)
            sync.tell("course_outcome", course_id=course_id, outcome="completed", duration_ms=duration_ms)
        sync.tell("progress", percent=100)
        if "--fail" in sys.argv:
            raise ValueError("no grades for Erika Mustermann")


if __name__ == "__main__":
    main()
