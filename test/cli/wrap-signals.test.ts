import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isInForeground } from '../../src/cli/wrap/signal-relay.ts'
import { no_pty, startInPty } from './support/pty.ts'
import { WorkPlace } from './support/work-place.ts'

const PROGRAM = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const SYNCS = 'select sync_status from canvas_sync_metrics order by id'
const node = (script: string): string[] => ['wrap', '--slug', 'nightly', '--', process.execPath, '-e', script]

suite('signals that are sent to wrap', { concurrency: 2 }, () => {
  test('a signal reaches the command, which ends in its own way; the run is cancelled', async () => {
    const place = new WorkPlace()
    const script = `process.on('SIGTERM', () => { console.log('ending'); process.exit(7) }); setInterval(() => {}, 1000); console.log('runs')`
    const cli = place.start(node(script))
    await cli.shows('stdout', /runs/)
    cli.child.kill('SIGTERM')
    const { code, stdout } = await cli.result
    assert.deepEqual([code, stdout], [7, 'runs\nending\n'])
    assert.equal(place.rows(SYNCS)[0]?.['sync_status'], 'cancelled')
  })

  test('a command that ignores a signal runs on, and ends as it ends', async () => {
    const place = new WorkPlace()
    const script = `process.on('SIGINT', () => { console.log('no') ; setTimeout(() => process.exit(0), 50) }); setInterval(() => {}, 1000); console.log('runs')`
    const cli = place.start(node(script))
    await cli.shows('stdout', /runs/)
    cli.child.kill('SIGINT')
    assert.equal((await cli.result).code, 0)
    assert.equal(place.rows(SYNCS)[0]?.['sync_status'], 'completed')
  })

  test('what steers a command reaches it, and opens no debugger', async () => {
    const place = new WorkPlace()
    const signals = ['SIGALRM', 'SIGCONT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const
    const script = `const got = new Set()
      for (const signal of ${JSON.stringify(signals)}) process.on(signal, () => got.add(signal))
      process.on('SIGTERM', () => setTimeout(() => { console.log([...got].sort().join()); process.exit(0) }, 500))
      setInterval(() => {}, 1000); console.log('runs')`
    const cli = place.start(node(script))
    await cli.shows('stdout', /runs/)
    for (const signal of [...signals, 'SIGTERM'] as const) cli.child.kill(signal)
    const { code, stdout, stderr } = await cli.result
    assert.deepEqual([code, stdout, stderr], [0, `runs\n${signals.join()}\n`, ''])
    assert.equal(place.rows(SYNCS)[0]?.['sync_status'], 'completed')
  })

  test('after a signal the command goes on to wait for its input', async () => {
    const place = new WorkPlace()
    // It waits in the read itself: an input that does not block would end it.
    const script = `process.on('SIGUSR2', () => {
        console.log('told')
        const bytes = Buffer.alloc(100)
        console.log('read ' + bytes.toString('utf8', 0, require('node:fs').readSync(0, bytes)))
        process.exit(0)
      })
      setInterval(() => {}, 1000)
      console.log('runs under ' + process.ppid)`
    const producer = '(while [ ! -e go ]; do sleep 0.05; done; echo words) | "$0" "$@"'
    const cli = place.start(node(script), { program: ['sh', '-c', producer, process.execPath, PROGRAM] })
    const [, pid] = await cli.shows('stdout', /runs under (\d+)/)
    process.kill(Number(pid), 'SIGUSR2')
    await cli.shows('stdout', /told/)
    place.write('go', '')
    const { code, stdout, stderr } = await cli.result
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /told\nread words\n/)
  })

  test('Ctrl-C reaches the command once', { skip: no_pty }, async () => {
    const place = new WorkPlace()
    const script = `let count = 0
      process.on('SIGINT', () => console.log('got ' + ++count))
      process.on('SIGTERM', () => setTimeout(() => { console.log('all ' + count); process.exit(0) }, 300))
      setInterval(() => {}, 1000); console.log('runs')`
    const pty = startInPty(place, node(script))
    await pty.shows(/runs/)
    // More than once: two that come at the same time are one.
    for (let time = 1; time <= 5; time++) {
      pty.type('\u0003')
      await pty.shows(new RegExp(`got (?:[${time}-9]|10)`))
    }
    pty.kill('SIGTERM')
    assert.equal(await pty.code, 0)
    assert.match(pty.screen(), /all 5\b/)
  })
})

test('a terminal signals the group in its foreground, but not the first process of a container alone', () => {
  const stat = (group: number, foreground: number): string =>
    `77 (wrap) 1 (x) S 5 ${group} 70 34816 ${foreground} 4194304 0`
  const cases: readonly (readonly [pid: number, stat: string, expected: boolean])[] = [
    [77, stat(77, 77), true],
    [77, stat(77, 90), false],
    [77, stat(77, -1), false],
    [1, stat(1, 1), false],
  ]
  for (const [pid, given, expected] of cases) assert.equal(isInForeground(pid, given), expected, given)
})
