import type { CanvasClient } from '../../canvas/types.ts'
import type { EngineObserver } from '../../engine/engine-context.ts'
import { counted } from '../numbers.ts'
import { describeOutcome } from '../sync-text.ts'
import type { Terminal } from '../terminal.ts'
import { LiveDisplay } from './live-display.ts'
import { SyncView } from './sync-view.ts'

export interface SyncProgressDisplay {
  readonly observer: EngineObserver
  end(): void
}

/** Shows a running sync: redrawn in place on a screen, line by line elsewhere, not at all with `--quiet`. */
export function syncProgress(terminal: Terminal): SyncProgressDisplay {
  if (terminal.quiet) return { observer: {}, end: () => {} }
  return terminal.interactive ? liveProgress(terminal) : plainProgress(terminal)
}

function liveProgress(terminal: Terminal): SyncProgressDisplay {
  const view = new SyncView()
  const display = new LiveDisplay(terminal, () => view.lines(terminal))
  display.start()
  return {
    observer: view,
    end: () => {
      display.stop()
    },
  }
}

function plainProgress(terminal: Terminal): SyncProgressDisplay {
  let total = 0
  let finished = 0
  let client: CanvasClient | null = null
  let waited_ms = 0
  return {
    observer: {
      started(_sync, started_client) {
        client = started_client
      },
      coursesListed(courses) {
        total = courses.length
        terminal.message(`${counted(total, 'course')} to read.`)
      },
      courseFinished(_course, outcome) {
        finished++
        // What is not on a screen ends in files and mails: ids only, a course may be called after a person.
        terminal.message(`[${finished}/${total}] ${describeOutcome(outcome)}`)
        const now_waited_ms = client?.throttle.waited_ms ?? 0
        if (now_waited_ms - waited_ms >= 1000) {
          terminal.message(
            `Calls waited for Canvas's throttle, ${((now_waited_ms - waited_ms) / 1000).toFixed(1)} s in all.`,
          )
          waited_ms = now_waited_ms
        }
      },
    },
    end: () => {},
  }
}
