"""A real Celery application; its broker is a folder."""

import os
import signal
import sys
import time

import requests
from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded

from canvas_sync_monitor import current_tracker, monitored

folder = os.environ["BROKER_FOLDER"]
os.makedirs(folder, exist_ok=True)
app = Celery("tasks", broker="filesystem://")
app.conf.update(
    broker_transport_options={"data_folder_in": folder, "data_folder_out": folder},
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)


@app.task(bind=True, max_retries=1, default_retry_delay=0)
@monitored(sync_type="grades")
def sync(self, user_id, end):
    tracker = current_tracker()
    tracker.record_course(created=True)
    if end == "fail":
        raise ValueError("Erika Mustermann")
    if end == "retry" and self.request.retries == 0:
        raise self.retry(exc=ConnectionError("Erika Mustermann"))
    if end == "kill":
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGKILL)
    if end == "slow":
        open(os.path.join(folder, "slow.started"), "w").close()
        for _ in range(20):
            tracker.record_course(updated=True)
            time.sleep(0.1)
    if end == "requests":
        session = tracker.session(requests.Session())
        session.get(os.environ["CANVAS_SYNC_SERVER"] + "/livez?search_term=Anna")
        session.get(os.environ["CANVAS_SYNC_SERVER"] + "/no-such-page")
        try:
            session.get("http://127.0.0.1:1/api/v1/courses")
        except requests.ConnectionError:
            pass
    return "done"


@app.task(bind=True, soft_time_limit=1)
@monitored()
def limited(self, user_id):
    tracker = current_tracker()
    while True:
        try:
            tracker.record_course(created=True)
        except SoftTimeLimitExceeded:
            raise
        time.sleep(0.0001)


if __name__ == "__main__":
    for end in sys.argv[1:]:
        if end == "limited":
            limited.apply_async(kwargs={"user_id": 42}, task_id=end)
        else:
            sync.apply_async((42, end), task_id=end)
