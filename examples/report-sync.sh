#!/usr/bin/env bash
# Reports a sync to canvas-sync-monitor with curl: first as events, then as two pings around a command.
#
#   CANVAS_SYNC_SERVER=https://monitor.example.edu CANVAS_SYNC_TOKEN=csm_... examples/report-sync.sh
set -uo pipefail

server=${CANVAS_SYNC_SERVER:-http://127.0.0.1:5000}
task=${1:-nightly-$(date +%Y%m%dT%H%M%S)-$$}
# A file, because a command line can be read by others.
access=$(mktemp) && trap 'rm -f "$access"' EXIT
if [[ -n ${CANVAS_SYNC_TOKEN:-} ]]; then echo "header = \"Authorization: Bearer $CANVAS_SYNC_TOKEN\"" >"$access"; fi

# An event that arrives twice counts once (task_id and id), so curl may try as often as it likes.
ask() { curl -fsS -m 10 --retry 5 --retry-connrefused -o /dev/null -K "$access" "$@"; }
tell() { ask -H 'content-type: application/x-ndjson' --data-binary @- "$server/api/canvas/metrics/ingest"; }

tell <<EVENTS
{"type":"start","task_id":"$task","sync_type":"grades","user_id":7,"trigger":"cron","heartbeat_expected":false}
EVENTS

# ... the sync ...

tell <<EVENTS
{"type":"grade","task_id":"$task","id":"grades-101","updated":31,"course_id":101}
{"type":"course_outcome","task_id":"$task","id":"course-101","course_id":101,"outcome":"completed"}
{"type":"finish","task_id":"$task"}
EVENTS

# The same as a ping, for jobs that have nothing to tell but their exit code.
ask "$server/ping/nightly-grades/start?rid=$task-ping"
true # ... the job ...
ask "$server/ping/nightly-grades/$??rid=$task-ping"
