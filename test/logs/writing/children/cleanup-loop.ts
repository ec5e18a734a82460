/**
 * A process of its own for tests: `cleanup-loop.ts <directory> <max_lines>` archives every rotated file as soon as it
 * can, again and again. On SIGTERM it ends after a last run and prints what the runs could not do.
 */
import { LogDirectory } from '../../../../src/logs/cleanup/log-directory.ts'

const [directory = '', max_lines = '0'] = process.argv.slice(2)
const folder = new LogDirectory({ directory, history_limit: 5 })
const options = { max_lines: Number(max_lines), archive_days: 0, delete_days: 100_000 }
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
process.stdout.write('ready\n')
const errors: string[] = []
let [runs, files] = [0, 0]
while (!stop.signal.aborted) {
  await folder.startCleanup(options)
  const report = await folder.finished()
  runs++
  files += report?.files_archived ?? 0
  errors.push(...(report?.errors ?? ['no report']))
}
process.stdout.write(`${JSON.stringify({ runs, files, errors: errors.slice(0, 20) })}\n`)
