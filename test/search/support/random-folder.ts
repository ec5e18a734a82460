import fc from '../../support/fast-check.ts'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { LogStream } from '../../../src/core/log-event.ts'
import { archiveName } from '../../../src/logs/archives/archive-name.ts'
import { tarEnd, tarHeader } from '../../../src/logs/archives/ustar.ts'

/** What texts are made of: what JSON escapes, what Python escapes, what is common and what is rare. */
export const WORDS: readonly string[] = [
  'sync',
  'Sync',
  'ZQ',
  'a"b',
  'c\\d',
  'Prüfung',
  'PRÜFUNG',
  '漢字',
  '😀',
  '404',
  'task-1',
  'é',
  'kiss',
  '/courses/7',
  '<x>',
  '',
]
const START_MS = Date.UTC(2026, 9, 25, 0, 30)
/** Lines stand out of order by less than the ten minutes that are allowed. */
const JITTER_MS = 290_000

export interface RandomLine {
  readonly form:
    'own' | 'python_json' | 'python_ascii' | 'python_text' | 'summary' | 'broken' | 'blank' | 'copy'
  readonly step_ms: number
  readonly jitter_ms: number
  readonly words: readonly string[]
  readonly level: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR'
  readonly user: number
  readonly status: number
}

export type FileKind = 'archive' | 'gzip' | 'foreign' | 'rotated'

export interface RandomStream {
  readonly files: readonly { readonly kind: FileKind; readonly lines: readonly RandomLine[] }[]
  readonly live: readonly RandomLine[]
}

const line: fc.Arbitrary<RandomLine> = fc.record({
  form: fc.constantFrom(
    'own',
    'own',
    'own',
    'python_json',
    'python_ascii',
    'python_text',
    'summary',
    'broken',
    'blank',
    'copy',
  ),
  step_ms: fc.constantFrom(0, 0, 1, 400, 60_000, 1_500_000),
  jitter_ms: fc.integer({ min: -JITTER_MS, max: JITTER_MS }),
  words: fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }),
  level: fc.constantFrom('DEBUG', 'INFO', 'WARNING', 'ERROR'),
  user: fc.integer({ min: 1, max: 3 }),
  status: fc.constantFrom(200, 404, 500),
})

const lines = fc.array(line, { maxLength: 30 })

export const randomStream: fc.Arbitrary<RandomStream> = fc.record({
  files: fc
    .array(fc.record({ kind: fc.constantFrom<FileKind>('archive', 'gzip', 'foreign', 'rotated'), lines }), {
      maxLength: 4,
    })
    .map((files) => files.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))),
  live: lines,
})
const ORDER: readonly FileKind[] = ['archive', 'foreign', 'gzip', 'rotated']

/** Lines as they are written, and what was written so far. */
export class LineMaker {
  readonly #stream: LogStream
  #now_ms = START_MS
  #seq = 0
  #last_own = ''
  latest_ms: number = START_MS

  constructor(stream: LogStream) {
    this.#stream = stream
  }

  make(line: RandomLine): string {
    this.#now_ms += line.step_ms
    const time_ms =
      this.#now_ms + (line.form === 'own' ? line.jitter_ms : Math.trunc(line.jitter_ms / 1000) * 1000)
    this.latest_ms = Math.max(this.latest_ms, time_ms)
    const text = line.words.join(' ')
    if (line.form === 'blank') return '   '
    if (line.form === 'broken') return `{"timestamp":"2026-10-25T00:3 ${text}`
    if (line.form === 'copy') return this.#last_own === '' ? '' : this.#last_own
    if (line.form === 'own') return (this.#last_own = this.#own(line, time_ms, text))
    return this.#legacy(line, new Date(time_ms).toISOString(), text)
  }

  #own({ level, user, status }: RandomLine, time_ms: number, text: string): string {
    return JSON.stringify({
      timestamp: new Date(time_ms).toISOString(),
      level,
      event: user === 1 ? 'api_call' : 'sync_started',
      task_id: `task-${user}`,
      user_id: user,
      writer: `${this.#stream}-w${user}`,
      seq: ++this.#seq,
      status: user === 3 ? 'completed' : status,
      duration_ms: status / 2,
      course_id: String(user * 7),
      message: text,
    })
  }

  #legacy({ form, level, user, status }: RandomLine, time: string, text: string): string {
    const wall = time.slice(0, 19).replace('T', ' ')
    if (form === 'python_text')
      return `[${wall}] ${level} [fetch:93]: ${text} - Status: ${status} - task_id: task-${user}`
    if (form === 'summary') return `[${wall}] ${level}: ${text} - user_id: ${user} - course_id: ${user * 7}`
    const json = JSON.stringify({
      timestamp: wall.replace(' ', 'T'),
      level,
      logger: 'canvas_sync',
      message: text,
      extra_task_id: `task-${user}`,
      extra_user_id: user,
      extra_response_status: status,
      extra_duration_ms: status / 2,
      extra_course_id: user * 7,
    })
      .replaceAll('":', '": ')
      .replaceAll(',"', ', "')
    if (form === 'python_json') return json
    return json.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  }
}

/** Writes the files of a stream into a log folder; returns their lines in order, and who makes more. */
export function writeStream(
  directory: string,
  stream: LogStream,
  random: RandomStream,
): { lines: string[]; maker: LineMaker } {
  mkdirSync(join(directory, 'archives'), { recursive: true })
  const maker = new LineMaker(stream)
  const all: string[] = []
  const foreign = random.files.filter(({ kind }) => kind === 'foreign').length
  let [older, newer, archives] = [foreign, 0, 0]
  for (const { kind, lines } of random.files) {
    const made = lines.map((line) => maker.make(line))
    all.push(...made)
    const content = Buffer.from(made.map((line) => `${line}\n`).join(''))
    const latest = new Date(maker.latest_ms + 1000)
    if (kind === 'archive') {
      const name = archiveName(stream, latest.getTime(), archives++)
      const member = {
        name: `${stream}.log.${String(archives).padStart(6, '0')}-00000000`,
        size_bytes: content.length,
      }
      const tar = Buffer.concat([tarHeader(member, latest.getTime()), content, tarEnd(content.length)])
      writeFileSync(join(directory, 'archives', name), gzipSync(tar))
    } else {
      const suffix =
        kind === 'foreign' ? `.${older--}` : `.${String(100 + newer++).padStart(6, '0')}-0000000a`
      const path = join(directory, `${stream}.log${suffix}${kind === 'gzip' ? '.gz' : ''}`)
      writeFileSync(path, kind === 'gzip' ? gzipSync(content) : content)
      utimesSync(path, latest, latest)
    }
  }
  const live = random.live.map((line) => maker.make(line))
  writeFileSync(join(directory, `${stream}.log`), live.map((line) => `${line}\n`).join(''))
  return { lines: [...all, ...live], maker }
}
