import { DEFAULTS, type Config } from '../../config/config.ts'
import { isMonitorError } from '../../core/errors.ts'
import type { SyncRecord } from '../../core/sync-record.ts'
import { startServer } from '../../server/start-server.ts'
import { isPostgres } from '../../store/open-store.ts'
import { stringValue, type Command, type CommandContext } from '../command.ts'
import { configuredServer } from '../configured-server.ts'
import { openCampus, realCanvas, type Campus, type DemoUser } from '../demo/campus.ts'
import { syncLoop } from '../demo/sync-loop.ts'
import { counted, grouped, spokenDuration, wholeNumberOption } from '../numbers.ts'
import { LiveDisplay } from '../progress/live-display.ts'
import type { SyncView } from '../progress/sync-view.ts'
import { statusText } from '../sync-text.ts'
import { printable, type Terminal } from '../terminal.ts'
import { SERVER_OPTIONS } from './serve.ts'

/** Time between two things that happen on the campus, and between two troubles. */
const LIFE_MS = 500
const TROUBLE_MS = 20_000
/** Who opens the dashboard at once should soon see what a failure looks like. */
const FIRST_TROUBLE_MS = 1500
/** The simulator's own way of not being there. */
const AWAY = '/__simulator/away'
/** The first sync starts at once, the others this much later each. */
const STAGGER_MS = 800

export const demo: Command = {
  name: 'demo',
  summary: 'a simulated Canvas, the server, and syncs that keep running',
  options: {
    ...SERVER_OPTIONS,
    seed: { type: 'string', value: 'N', help: 'the same seed makes the same university (default 1)' },
  },
  notes: [
    'With CANVAS_BASE_URL and CANVAS_ACCESS_TOKEN set it watches the real Canvas instead, every 15 minutes.',
    'Ctrl-C stops it; the data and the logs stay.',
  ],
  run: runDemo,
}

async function runDemo(context: CommandContext): Promise<number> {
  const { terminal, config, signal } = context
  const seed = wholeNumberOption(stringValue(context, 'seed'), '--seed', {
    minimum: 0,
    maximum: 2 ** 31 - 1,
    missing: 1,
  })
  const canvas = realCanvas(config.canvas_base_url, config.canvas_access_token)
  await using server = await startServer(configuredServer(config))
  await using campus = canvas === null ? await openCampus(seed) : null
  const { base_url, users } = canvas ?? (campus as Campus)
  if (context.json) terminal.json({ url: server.url, port: server.port, base_url })
  introduce(terminal, config, { base_url, url: server.url, simulated: canvas === null })

  const running = new Map<string, SyncView>()
  const display =
    terminal.interactive && !terminal.quiet
      ? new LiveDisplay(terminal, () => linesOf(users, running, terminal))
      : null
  const say = (line: string): void => {
    if (display === null) terminal.message(line)
    else display.print(line)
  }
  display?.start()
  const stopCampus = campus === null ? () => {} : startCampus(campus, say, terminal)
  try {
    const loops = users.map((user, index) =>
      syncLoop({
        monitor: server.monitor,
        base_url,
        user,
        delay_ms: index * STAGGER_MS,
        signal,
        running,
        onEnd: (who, record) => {
          say(endLine(who, record, terminal))
        },
      }),
    )
    await Promise.all(loops)
  } catch (error) {
    if (!isMonitorError(error) || error.code !== 'closed') throw error
  } finally {
    stopCampus()
    display?.stop()
  }
  return 0
}

function introduce(
  terminal: Terminal,
  config: Config,
  facts: { base_url: string; url: string; simulated: boolean },
): void {
  const bold = (text: string): string => terminal.style('bold', text)
  const canvas = facts.simulated ? 'a simulated Canvas' : 'Canvas'
  terminal.message(`${bold('canvas-sync-monitor')} watches ${canvas} at ${facts.base_url}`)
  terminal.message('')
  terminal.message(`The dashboard: ${bold(`${facts.url}/`)}`)
  terminal.message(`All requests: ${facts.url}/docs`)
  terminal.message('')
  terminal.message('Try in another terminal:')
  terminal.message(`  curl ${facts.url}/api/canvas/metrics/summary`)
  terminal.message(`  curl ${facts.url}/api/canvas/metrics/failed`)
  terminal.message(`  curl -N ${facts.url}/api/canvas/metrics/events`)
  terminal.message(`  tail -F ${printable(config.log_dir)}/operations.log`)
  // A URL of a server holds a password; who tries it has it in the environment.
  const named = isPostgres(config.database) ? '"$DATABASE_URL"' : printable(config.database)
  const where = config.database === DEFAULTS.database ? '' : ` --database ${named}`
  terminal.message(`  npx canvas-sync-monitor syncs list${where}`)
  const logs = config.log_dir === DEFAULTS.log_dir ? '' : ` --log-dir ${printable(config.log_dir)}`
  terminal.message(`  npx canvas-sync-monitor analyze${logs}`)
  terminal.message(`  npx canvas-sync-monitor logs search --level error${logs}`)
  if (facts.simulated) {
    terminal.message('')
    terminal.message('Take Canvas away for a minute, and see who is told:')
    terminal.message(
      `  curl -H 'Content-Type: application/json' -d '{"seconds":60}' ${facts.base_url}${AWAY}`,
    )
    terminal.message(`  npx canvas-sync-monitor incidents list${where}`)
  }
  terminal.message('')
}

/** Starts what happens on the campus; returns what stops it. */
function startCampus(campus: Campus, say: (line: string) => void, terminal: Terminal): () => void {
  const life = setInterval(() => {
    campus.live()
  }, LIFE_MS)
  const cause = (): void => {
    say(`${clockTime()}  ${terminal.style('magenta', 'in Canvas')}  ${printable(campus.trouble())}`)
  }
  const first = setTimeout(cause, FIRST_TROUBLE_MS)
  const trouble = setInterval(cause, TROUBLE_MS)
  return () => {
    clearInterval(life)
    clearTimeout(first)
    clearInterval(trouble)
  }
}

function linesOf(
  users: readonly DemoUser[],
  running: ReadonlyMap<string, SyncView>,
  terminal: Terminal,
): string[] {
  const lines = users.flatMap(
    (user) => running.get(user.user_id)?.lines(terminal, `user ${user.user_id}`.padEnd(8)) ?? [],
  )
  return lines.length === 0 ? [terminal.style('gray', 'All is quiet; the next sync starts soon.')] : lines
}

function endLine(user: DemoUser, record: SyncRecord, terminal: Terminal): string {
  const duration = spokenDuration((record.total_duration_seconds ?? 0) * 1000)
  const { courses, submissions, api_metrics } = record
  const counts = `${counted(courses.processed, 'course')}, ${grouped(submissions.created)} new and ${grouped(submissions.updated)} changed submissions, ${counted(api_metrics.calls_made, 'call')}`
  const what = record.error_message === null ? counts : printable(record.error_message)
  const status = statusText(record.sync_status, terminal, 'stderr')
  return `${clockTime()}  ${status}${' '.repeat(Math.max(0, 'completed'.length - record.sync_status.length))}  user ${user.user_id} (${user.who}) in ${duration}: ${what}`
}

const clockTime = (): string => new Date().toTimeString().slice(0, 8)
