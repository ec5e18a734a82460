import { systemClock } from '../../core/clock.ts'
import { spokenBytes } from '../../core/number-text.ts'
import { planPrune, pruneStore, type PruneReport } from '../../maintenance/prune-store.ts'
import { MOST_DAYS } from '../../maintenance/retention.ts'
import { openStore } from '../../store/open-store.ts'
import { flagValue, stringValue, type Command } from '../command.ts'
import { counted, spokenDuration, wholeNumberOption } from '../numbers.ts'
import { LiveDisplay } from '../progress/live-display.ts'

export const syncsPrune: Command = {
  name: 'syncs prune',
  summary: 'delete rows that are past their retention',
  options: {
    days: { type: 'string', value: 'N', help: 'keep syncs for so many days (default 400)' },
    'dry-run': { type: 'boolean', help: 'only say how many syncs would go' },
  },
  notes: [
    'A server does this every night by itself; see retention in the configuration file. Running syncs stay,',
    'the newest ended one of each source and scope stays, and so do the figures of days long past. Others may',
    'read and write meanwhile. Ctrl-C stops it; it can go on at any time.',
  ],
  async run(context) {
    const { terminal, config, json, signal } = context
    const { sync_days, change_days, audit_days, event_id_days } = config.retention
    const days = {
      sync_days: wholeNumberOption(stringValue(context, 'days'), '--days', {
        minimum: 1,
        maximum: MOST_DAYS,
        missing: sync_days,
      }),
      change_days,
      audit_days,
      event_id_days,
    }
    await using store = await openStore(config.database)
    const options = { store, days, clock: systemClock, signal }
    const plans = flagValue(context, 'dry-run')
    let deleted = 0
    const shown = terminal.interactive && !terminal.quiet && !plans
    const display = shown
      ? new LiveDisplay(terminal, () => [`Deleting old syncs: ${counted(deleted, 'sync')} so far …`])
      : null
    display?.start()
    let report: PruneReport
    try {
      report = plans
        ? await planPrune(options)
        : await pruneStore({
            ...options,
            onStep: (so_far) => {
              deleted = so_far.syncs
              return Promise.resolve(true)
            },
          })
    } finally {
      display?.stop()
    }
    if (json) terminal.json(report)
    else for (const line of describePrune(report)) terminal.data(line)
    return report.complete ? 0 : 130
  },
}

function describePrune(report: PruneReport): string[] {
  const rows = `${counted(report.syncs, 'sync')} older than ${counted(report.sync_days, 'day')}, with ${counted(report.courses, 'course outcome')}`
  if (report.dry_run) return [`Would delete ${rows}.`]
  const stopped = report.complete ? '' : ' Stopped before the end.'
  const lines = [`Deleted ${rows}, in ${spokenDuration(report.duration_ms)}.${stopped}`]
  const { changes, audit_entries, sessions, event_ids, reusable_bytes } = report
  if (changes + audit_entries + sessions + event_ids > 0) {
    lines.push(
      `Also ${counted(changes, 'change')} for live updates, ${counted(audit_entries, 'line')} of the audit log, ${counted(sessions, 'session')}, and the event ids of ${counted(event_ids, 'sync')}.`,
    )
  }
  if (reusable_bytes !== null && reusable_bytes > 0) {
    lines.push(`${spokenBytes(reusable_bytes)} of the file are free for new rows.`)
  }
  return lines
}
