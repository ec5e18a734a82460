/**
 * A process of its own for tests: `nightly-server.ts <directory> <now> <look_ms>`. Has the nightly clean-up as a server
 * has it, at a moment that moves on from `now`, until its input ends; prints what becomes of each attempt.
 */
import { systemClock } from '../../../../src/core/clock.ts'
import { LogDirectory } from '../../../../src/logs/cleanup/log-directory.ts'
import { NightlyCleanup } from '../../../../src/logs/cleanup/nightly-cleanup.ts'
import { nightlySchedule } from '../../../../src/logs/cleanup/nightly-schedule.ts'

const [directory = '', start = '', look_ms = ''] = process.argv.slice(2)
const offset_ms = Date.parse(start) - Date.now()
const clock = { ...systemClock, now: () => Date.now() + offset_ms }
const schedule = nightlySchedule({ time_zone: 'Europe/Zurich', archive_days: 0, max_lines: 10 })
const logs = new LogDirectory({ directory, clock, nightly: schedule })
const onError = (error: unknown): void => void process.stderr.write(`${String(error)}\n`)
const told: Pick<LogDirectory, 'startCleanup'> = {
  async startCleanup(options, extra) {
    const start = await logs.startCleanup(options, extra)
    process.stdout.write(start.started ? 'started\n' : start.already_done ? 'done\n' : 'waiting\n')
    return start
  },
}
const nightly = new NightlyCleanup({ logs: told, schedule, clock, onError, look_ms: Number(look_ms) })
process.stdin.resume().once('end', () => {
  void nightly.stop().then(() => logs.close())
})
