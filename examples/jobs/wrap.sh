#!/bin/sh
# Any command as a monitored sync: in a crontab, a systemd unit or by hand. It exits as the command does.
#   sh examples/jobs/wrap.sh dap syncdb --table submissions
exec npx canvas-sync-monitor wrap --slug nightly-dap --user-id 42 --keep-output -- "$@"
