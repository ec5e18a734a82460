import { MonitorError } from '../../../core/errors.ts'
import { spokenBytes } from '../../../core/number-text.ts'
import type { CleanupOptions, CleanupReport } from '../../../logs/cleanup/cleanup-report.ts'
import { LogDirectory } from '../../../logs/cleanup/log-directory.ts'
import type { CleanupProgress } from '../../../logs/cleanup/run-cleanup.ts'
import { openFileLogWriter } from '../../../logs/writing/file-log-writer.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../../command.ts'
import { wholeNumberOption } from '../../numbers.ts'
import { LiveDisplay } from '../../progress/live-display.ts'
import { printable, type Terminal } from '../../terminal.ts'
import { describeErrors, describePlan, describeReport } from './cleanup-text.ts'
import { requireLogFolder } from './log-folder.ts'

export const logsCleanup: Command = {
  name: 'logs cleanup',
  summary: 'archive old log files and delete old archives',
  options: {
    'max-lines': {
      type: 'string',
      value: 'N',
      help: 'newest lines of each stream that stay outside of archives (default 10000)',
    },
    'archive-days': { type: 'string', value: 'N', help: 'archive rotated files of this age (default 7)' },
    'delete-days': { type: 'string', value: 'N', help: 'delete archives older than that (default 30)' },
    'dry-run': { type: 'boolean', help: 'only say what would happen' },
  },
  notes: [
    'Nothing is removed that is not in a checked archive first; jobs may go on writing. Lines that are',
    'archived can still be searched and analysed. The defaults are those of log_cleanup in the configuration',
    'file, where set.',
    'Exit codes: 1 when something could not be done, or another clean-up is running.',
  ],
  async run(context) {
    const options = readOptions(context)
    const { terminal, config, json } = context
    await requireLogFolder(config.log_dir)
    if (!flagValue(context, 'dry-run')) return await cleanUp(context, options)
    const plan = await new LogDirectory({ directory: config.log_dir }).plan(options)
    if (json) terminal.json(plan)
    else for (const line of describePlan(plan, terminal)) terminal.data(line)
    return plan.errors.length === 0 ? 0 : 1
  },
}

/** @throws MonitorError `usage` */
function readOptions(context: CommandContext): CleanupOptions {
  const { log_cleanup } = context.config
  const read = (name: string, minimum: number, maximum: number, missing: number): number =>
    wholeNumberOption(stringValue(context, name), `--${name}`, { minimum, maximum, missing })
  return {
    max_lines: read('max-lines', 1, 10_000_000, log_cleanup.max_lines),
    archive_days: read('archive-days', 0, 3650, log_cleanup.archive_days),
    delete_days: read('delete-days', 1, 3650, log_cleanup.delete_days),
  }
}

async function cleanUp(context: CommandContext, options: CleanupOptions): Promise<number> {
  const { terminal, config, json, signal } = context
  const log = openFileLogWriter({ directory: config.log_dir })
  const logs = new LogDirectory({ directory: config.log_dir, log })
  const stop = (): void => void logs.close()
  signal.addEventListener('abort', stop)
  const display = new CleanupDisplay(terminal)
  let report: CleanupReport | null = null
  try {
    const { started, task_id } = await logs.startCleanup(options, {
      onProgress: (progress) => {
        display.progress = progress
      },
    })
    if (!started) throw runningAlready(task_id)
    if (signal.aborted) stop()
    display.start()
    report = await logs.finished()
  } finally {
    display.stop()
    signal.removeEventListener('abort', stop)
    await log.close()
  }
  if (!report) throw new Error('a clean-up ended without a report')
  if (json) terminal.json(report)
  else {
    const mark = report.errors.length === 0 ? terminal.style('green', '✔', 'stdout') : '-'
    terminal.data(`${mark} Log clean-up: ${describeReport(report)}.`)
    for (const line of describeErrors(report, terminal)) terminal.data(line)
  }
  return report.errors.length === 0 ? 0 : 1
}

function runningAlready(task_id: string): MonitorError {
  return new MonitorError('already_running', `A log clean-up is running already: ${printable(task_id)}.`, {
    next_step: 'Wait for it to end; logs status shows what it did.',
  })
}

/** How far the clean-up is, on a screen; nothing elsewhere. */
class CleanupDisplay {
  progress: CleanupProgress | null = null
  readonly #display: LiveDisplay | null

  constructor(terminal: Terminal) {
    const shown = terminal.interactive && !terminal.quiet
    this.#display = shown ? new LiveDisplay(terminal, () => [this.#line()]) : null
  }

  start(): void {
    this.#display?.start()
  }

  stop(): void {
    this.#display?.stop()
  }

  #line(): string {
    const { progress } = this
    if (progress?.file === null || progress === null) return 'Looking at the log files …'
    const { file, files_done, files_total, bytes_done, bytes_total } = progress
    const place = `${files_done + 1} of ${files_total}`
    return `Archiving ${printable(file)} (${place}, ${spokenBytes(bytes_done)} of ${spokenBytes(bytes_total)} done)`
  }
}
