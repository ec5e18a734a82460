/** Measures how many bytes a sync writes to each log stream, for docs/logs.md: `node bench/log-sizes.ts [students]`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { LOG_STREAMS } from '../src/core/log-event.ts'
import { runSync } from '../src/engine/sync-engine.ts'
import { startSimulator } from '../src/simulator/index.ts'
import { createMonitor } from '../src/tracker/monitor.ts'

const COURSES = 100
const students = Number(process.argv[2] ?? 3000)

interface StreamSize {
  readonly lines: number
  readonly bytes: number
  readonly bytes_per_line: number
  readonly gzip_ratio: number
}

const text = (path: string): Buffer => readFileSync(path)

function sizeOf(bytes: Buffer): StreamSize {
  const lines = bytes.toString('latin1').split('\n').length - 1
  return {
    lines,
    bytes: bytes.length,
    bytes_per_line: lines === 0 ? 0 : Math.round(bytes.length / lines),
    gzip_ratio: bytes.length === 0 ? 0 : Math.round((gzipSync(bytes).length / bytes.length) * 1000) / 1000,
  }
}

const folder = mkdtempSync(join(tmpdir(), 'canvas-sync-sizes-'))
try {
  // Three courses for each student, twenty assignments in each course.
  const size = { courses: COURSES, students, courses_per_student: 3, assignments_per_course: 20 }
  await using simulator = await startSimulator({ throttle: false, size })
  const monitor = await createMonitor({
    database: `sqlite:${join(folder, 'sync.db')}`,
    logDir: join(folder, 'logs'),
  })
  let before = LOG_STREAMS.map(() => 0)
  const results: Record<string, unknown> = {}
  for (const name of ['first', 'second', 'refused']) {
    if (name === 'refused') {
      const path = '/api/v1/courses/*/assignments'
      simulator.faults.add({ when: { path, every: 4 }, fault: { kind: 'status', status: 403 } })
    }
    const { base_url: baseUrl, tokens } = simulator
    const record = await runSync({ monitor, baseUrl, token: tokens.admin, account: 'self' })
    await monitor.logs.flush()
    const files = LOG_STREAMS.map((stream) => text(join(folder, 'logs', `${stream}.log`)))
    const sizes = LOG_STREAMS.map((stream, index) => [
      stream,
      sizeOf((files[index] ?? Buffer.alloc(0)).subarray(before[index])),
    ])
    before = files.map((bytes) => bytes.length)
    results[name] = {
      status: record.sync_status,
      courses: record.courses.processed,
      submissions: record.submissions.processed,
      api_calls: record.api_metrics.calls_made,
      streams: Object.fromEntries(sizes) as unknown,
    }
  }
  await monitor.close()
  process.stdout.write(`${JSON.stringify({ students, ...results }, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
