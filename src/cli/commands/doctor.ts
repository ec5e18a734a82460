import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createCanvasClient } from '../../canvas/client.ts'
import { secretFiles } from '../../config/secret-files.ts'
import { systemClock } from '../../core/clock.ts'
import { isMonitorError, MonitorError } from '../../core/errors.ts'
import { openFileLogWriter } from '../../logs/writing/file-log-writer.ts'
import { databasePlace, isPostgres, openStore, sqlitePath } from '../../store/open-store.ts'
import { readToken } from '../canvas-token.ts'
import { stringValue, type Command, type CommandContext } from '../command.ts'
import { checkRecentFigures, figuresDiffer } from '../figures-check.ts'
import { lookForLostSyncs } from '../lost-syncs.ts'
import { spokenDuration } from '../numbers.ts'
import { checkQueue } from '../queue/queue-check.ts'
import { printable } from '../terminal.ts'

interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly message: string
  readonly next_step: string | null
  /** What the command exits with when this is the worst. */
  readonly exit_code: number
}

/** Null where there is nothing to check. */
type Check = (context: CommandContext) => Promise<string | null>

const MINIMUM_FREE_BYTES = 256 * 1024 * 1024

export const doctor: Command = {
  name: 'doctor',
  summary: 'check that everything is in place',
  options: {
    'base-url': { type: 'string', value: 'URL', help: 'also check this Canvas host (or CANVAS_BASE_URL)' },
    'token-file': { type: 'string', value: 'FILE', help: 'with this access token (or CANVAS_ACCESS_TOKEN)' },
  },
  notes: ['Exits with 1 when something is wrong, 4 when Canvas does not accept the token.'],
  async run(context) {
    const findings: Finding[] = []
    for (const [check, run] of checksFor(context)) {
      // Without the database there is no queue, and that has been said.
      if (check === 'queue' && findings.some((other) => other.check === 'database' && !other.ok)) continue
      const found = await finding(check, () => run(context))
      if (found !== null) findings.push(found)
    }
    const { terminal, json } = context
    if (json)
      terminal.json({
        ok: findings.every(({ ok }) => ok),
        findings: findings.map(({ check, ok, message, next_step }) => ({ check, ok, message, next_step })),
      })
    else {
      for (const { check, ok, message, next_step } of findings) {
        const mark = ok ? terminal.style('green', '✔', 'stdout') : terminal.style('red', '✘', 'stdout')
        terminal.data(`${mark} ${check.padEnd(9)} ${printable(message)}`)
        if (next_step !== null && next_step !== '') terminal.data(`            ${printable(next_step)}`)
      }
    }
    return Math.max(...findings.map(({ exit_code }) => exit_code))
  },
}

function checksFor(context: CommandContext): (readonly [string, Check])[] {
  const { config } = context
  const checks: (readonly [string, Check])[] = [
    ['node', checkNode],
    ['database', checkDatabase],
    ['queue', checkQueue],
    ['logs', checkLogs],
    ['disk', checkDisk],
    ...(secretFiles(context.environment).size === 0 ? [] : [['secrets', checkSecrets] as const]),
  ]
  return config.canvas_base_url === null && stringValue(context, 'token-file') === undefined
    ? checks
    : [...checks, ['canvas', checkCanvas]]
}

async function finding(check: string, run: () => Promise<string | null>): Promise<Finding | null> {
  try {
    const message = await run()
    return message === null ? null : { check, ok: true, message, next_step: null, exit_code: 0 }
  } catch (error) {
    if (!isMonitorError(error)) throw error
    const { message, next_step, exit_code } = error
    return { check, ok: false, message, next_step, exit_code: exit_code === 4 ? 4 : 1 }
  }
}

async function checkNode(): Promise<string> {
  return `Node.js ${process.versions.node}, SQLite ${process.versions['sqlite'] ?? 'unknown'}`
}

async function checkDatabase({ config }: CommandContext): Promise<string> {
  await using store = await openStore(config.database)
  const lost = await lookForLostSyncs(store, config.log_dir)
  const rows = await store.syncs.listSyncs({ limit: 1 })
  const newest = rows[0]
  const when =
    newest === undefined ? 'no syncs yet' : `last sync ${new Date(newest.sync_start_time).toISOString()}`
  const differences = await checkRecentFigures(store, systemClock.now())
  if (differences.length > 0) throw figuresDiffer(differences)
  const processes = lost.length === 1 ? 'its process is' : 'their processes are'
  const gone = lost.length === 0 ? '' : `, ${lost.length} found lost just now: ${processes} gone`
  return `${databasePlace(config.database)} can be read and written, ${when}${gone}, figures agree with the rows`
}

async function checkLogs({ config }: CommandContext): Promise<string> {
  const logs = openFileLogWriter({ directory: config.log_dir })
  await logs.close()
  return `${resolve(config.log_dir)} can be written`
}

async function checkDisk({ config }: CommandContext): Promise<string> {
  const on_server = isPostgres(config.database)
  let directory = on_server ? resolve(config.log_dir) : dirname(sqlitePath(config.database))
  // Where the folder cannot be made the database says so; the disk is still there.
  while (!existsSync(directory)) directory = dirname(directory)
  const { bavail, bsize } = statfsSync(directory)
  const free_bytes = bavail * bsize
  const free = `${(free_bytes / 1024 ** 3).toFixed(1)} GiB free`
  if (free_bytes >= MINIMUM_FREE_BYTES) return free
  throw new MonitorError('disk_full', `Only ${free} where the ${on_server ? 'logs are' : 'database is'}.`, {
    next_step: 'Free some space.',
  })
}

/** Files in a container have no other users, so that one which all may read is told and is no fault. */
async function checkSecrets({ environment }: CommandContext): Promise<string> {
  const files = [...secretFiles(environment)]
  const open = files.filter(([, path]) => (statSync(path).mode & 0o004) !== 0)
  const names = files.map(([variable]) => variable).join(', ')
  const warning = open.map(([, path]) => `; every user of this machine may read ${path}`).join('')
  return `${names} can be read${warning}`
}

async function checkCanvas(context: CommandContext): Promise<string> {
  const base_url = context.config.canvas_base_url
  if (base_url === null) {
    throw new MonitorError('usage', 'There is a token file, but no Canvas host to try it on.', {
      next_step: 'Give --base-url https://canvas.example.edu, or set CANVAS_BASE_URL.',
    })
  }
  const token = readToken(stringValue(context, 'token-file'), context.config.canvas_access_token)
  const client = createCanvasClient({ base_url, token })
  const started = performance.now()
  try {
    const { id } = await client.self({ signal: context.signal })
    return `Canvas accepts the token of user ${id} (${spokenDuration(performance.now() - started)})`
  } finally {
    await client.close()
  }
}
