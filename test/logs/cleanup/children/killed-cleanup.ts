/**
 * A process of its own for tests: `killed-cleanup.ts <directory> <call> <number>`. Cleans the folder up and
 * kills itself before the given call that changes the disk.
 */
import { LogDirectory } from '../../../../src/logs/cleanup/log-directory.ts'
import { hookChanges } from '../call-hook.ts'

const [directory = '', fatal_call = '', number = '1'] = process.argv.slice(2)
let calls = 0
await hookChanges((call) => {
  if (call === fatal_call && ++calls === Number(number)) process.kill(process.pid, 'SIGKILL')
})
const logs = new LogDirectory({ directory })
await logs.startCleanup({ max_lines: 10, archive_days: 0, delete_days: 30 })
await logs.finished()
