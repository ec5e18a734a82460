import { systemClock } from '../../core/clock.ts'
import type { QueueWorker, WorkerObserver } from '../../queue/queue-worker.ts'
import { counted } from '../numbers.ts'
import { printable, type Terminal } from '../terminal.ts'

const HEALTH_MS = 30_000

/** Tells what a worker does: sentences for people, with `--json` one line for each thing that happened. */
export function tellWork(
  terminal: Terminal,
  json: boolean,
): {
  readonly observer: WorkerObserver
  started(worker: QueueWorker, concurrency: number): void
  stopped(): void
} {
  let taken = 0
  let ended = 0
  let end_health = (): void => {}
  const line = (event: string, fields: Record<string, unknown>): void => {
    if (json) terminal.json({ event, at: new Date(systemClock.now()).toISOString(), ...fields })
  }
  return {
    observer: {
      taken({ job_id, job }) {
        taken++
        line('taken', { job_id, source: job.sync.source, sync_type: job.sync.sync_type })
      },
      ended({ job_id, job }, outcome) {
        ended++
        const { source } = job.sync
        const status = outcome.became === 'ended' ? outcome.status : null
        line(outcome.became, { job_id, source, ...(status === null ? {} : { sync_status: status }) })
        const said = status ?? WORDS[outcome.became]
        if (!json) terminal.message(`${job_id} of ${printable(source)}: ${said}.`)
      },
      trouble(message) {
        line('trouble', { message })
        terminal.message(message)
      },
    },
    started(worker, concurrency) {
      const tell = (): void => {
        line('health', { running: worker.running, concurrency, taken, ended })
        if (!json) {
          terminal.message(
            `${worker.running} of ${concurrency} running; ${counted(ended, 'sync')} ended so far.`,
          )
        }
      }
      line('started', { concurrency })
      end_health = systemClock.every(HEALTH_MS, tell)
    },
    stopped() {
      end_health()
    },
  }
}

const WORDS: Readonly<Record<string, string>> = {
  retried: 'failed; it will be tried again',
  handed_back: 'handed back',
  lost_hold: 'another worker has taken it over',
}
