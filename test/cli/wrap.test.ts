import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { assertExplained } from './support/assert-explained.ts'
import { WorkPlace } from './support/work-place.ts'

const SYNCS =
  'select sync_type, sync_status, error_type, error_message, user_id from canvas_sync_metrics order by id'
const wrap = (...command: string[]): string[] => ['wrap', '--slug', 'nightly', '--', ...command]
const node = (script: string): string[] => wrap(process.execPath, '-e', script)

suite('wrap', { concurrency: 2 }, () => {
  test('the exit code, the input and the output are those of the command', async () => {
    const place = new WorkPlace()
    const script = `process.stdin.on('data', (text) => { process.stdout.write('got ' + text); process.stderr.write('told\\n') })
      .on('end', () => process.exit(0))`
    const good = await place.run(node(script), { input: 'words' })
    assert.deepEqual([good.code, good.stdout, good.stderr], [0, 'got words', 'told\n'])
    for (const code of [1, 3, 130, 255]) {
      assert.equal((await place.run(node(`process.exit(${code})`))).code, code)
    }
    const rows = place.rows(SYNCS)
    assert.deepEqual(
      rows.map(({ sync_status, error_message }) => [sync_status, error_message]),
      [
        ['completed', null],
        ['failed', 'The command ended with exit code 1.'],
        ['failed', 'The command ended with exit code 3.'],
        ['failed', 'The command ended with exit code 130.'],
        ['failed', 'The command ended with exit code 255.'],
      ],
    )
    assert.ok(rows.every(({ sync_type }) => sync_type === 'nightly'))
  })

  test('a command is not failed because a job of its name has recorded more before', async () => {
    const place = new WorkPlace()
    {
      await using monitor = await createMonitor({
        database: `sqlite:${place.path('data/canvas-sync.db')}`,
        logDir: place.path('logs/canvas_sync'),
      })
      for (let time = 0; time < 3; time++) {
        await monitor.track({ syncType: 'nightly' }, async (sync) => sync.recordGrade({ updated: 31 }))
      }
    }
    await place.run(node('process.exit(0)'))
    const statuses = place.rows(SYNCS).map(({ sync_status }) => sync_status)
    assert.deepEqual(
      statuses,
      Array.from({ length: 4 }, () => 'completed'),
    )
  })

  test('options behind the two dashes belong to the command, those before them to the run', async () => {
    const place = new WorkPlace()
    const script = 'console.log(JSON.stringify(process.argv.slice(1)))'
    const args = ['wrap', '--slug', 'nightly', '--user-id', '42', '--', process.execPath, '-e', script]
    const { stdout } = await place.run([...args, '--', '--json', '--slug', 'x', '-h'])
    assert.deepEqual(JSON.parse(stdout), ['--json', '--slug', 'x', '-h'])
    assert.equal(place.rows(SYNCS)[0]?.['user_id'], '42')
  })

  test('a command that is not there, or must not be run, is told as by a shell, and is a failure', async () => {
    const place = new WorkPlace()
    place.write('data.txt', 'no program')
    symlinkSync('loop', place.path('loop'))
    const cases: readonly (readonly [command: readonly string[], code: number, sentence: string])[] = [
      [['no-such-command'], 127, 'There is no command no-such-command.'],
      [['./data.txt'], 126, 'The command ./data.txt cannot be run.'],
      // What Node throws instead of telling it with an event.
      [['./data.txt/tool'], 127, 'There is no command ./data.txt/tool.'],
      [[''], 127, 'There is no command without a name.'],
      [['./loop'], 126, 'The command ./loop cannot be run.'],
    ]
    for (const [command, code, sentence] of cases) {
      const run = await place.run(wrap(...command))
      assert.deepEqual([run.code, run.stderr], [code, `${sentence}\n`])
    }
    assert.deepEqual(
      place.rows(SYNCS).map(({ sync_status, error_message }) => [sync_status, error_message]),
      cases.map(([, , sentence]) => ['failed', sentence]),
    )
  })

  test('a command that is killed is a failure with 128 and the number of the signal', async () => {
    const place = new WorkPlace()
    const { code } = await place.run(node("process.kill(process.pid, 'SIGKILL')"))
    assert.equal(code, 137)
    const [row] = place.rows(SYNCS)
    assert.deepEqual(
      [row?.['sync_status'], row?.['error_message']],
      ['failed', 'The command was ended by SIGKILL.'],
    )
  })

  test('wrap itself is killed: its run is lost, as the next one finds', async () => {
    const place = new WorkPlace()
    const cli = place.start(node("console.log('runs ' + process.pid); setInterval(() => {}, 1000)"))
    const [, pid] = await cli.shows('stdout', /runs (\d+)/)
    cli.child.kill('SIGKILL')
    await once(cli.child, 'exit')
    process.kill(Number(pid), 'SIGKILL')
    await cli.result
    await place.run(node(''))
    assert.deepEqual(
      place.rows(SYNCS).map(({ sync_status }) => sync_status),
      ['lost', 'completed'],
    )
  })

  test('its output is kept only when asked for, without secrets, and passes through whole', async () => {
    const place = new WorkPlace()
    const script = `for (let line = 0; line < 20000; line++) console.log('line ' + line + ' ' + 'é'.repeat(10)); console.error('token=abcdefghijklmnopqrstuvwxyz0123456789 of ann@example.edu is bad'); process.exitCode = 2`
    const without = await place.run(node(script))
    const with_output = await place.run([
      'wrap',
      '--slug',
      'nightly',
      '--keep-output',
      '--',
      process.execPath,
      '-e',
      script,
    ])
    assert.equal(with_output.stdout, without.stdout)
    assert.equal(with_output.stdout.length, without.stdout.length)
    assert.match(with_output.stdout, /line 19999 é{10}\n$/)
    const [first, second] = place.rows(SYNCS).map((row) => String(row['error_message']))
    assert.equal(first, 'The command ended with exit code 2.')
    assert.match(second ?? '', /^The command ended with exit code 2\. Its last output: /)
    assert.match(second ?? '', /line 199\d\d|is bad/)
    assert.doesNotMatch(second ?? '', /abcdefghijklmnopqrstuvwxyz0123456789|ann@example/)
  })

  test('the command runs although nothing can be recorded', async () => {
    const place = new WorkPlace()
    place.write('data', 'a file where a folder should be')
    const { code, stdout, stderr } = await place.run(node("console.log('done'); process.exit(5)"))
    assert.deepEqual([code, stdout], [5, 'done\n'])
    assert.match(stderr, /^The run is not recorded: /)
  })

  test('a server that is away gets the run later, from the spool; there is neither database nor logs', async () => {
    const place = new WorkPlace()
    const port = await freePort()
    const args = [
      'wrap',
      '--slug',
      'nightly',
      '--server',
      `http://127.0.0.1:${port}`,
      '--',
      process.execPath,
      '-e',
      '',
    ]
    const { code, stderr } = await place.run(args)
    assert.equal(code, 0)
    assert.match(stderr, /wait for the server in /)
    assert.ok(!existsSync(place.path('data')))
    const serving = place.start(['serve', '--port', String(port)])
    await serving.shows('stderr', /127\.0\.0\.1/)
    assert.equal((await place.run(['spool', 'send', '--server', `http://127.0.0.1:${port}`])).code, 0)
    while (place.rows(SYNCS)[0]?.['sync_status'] !== 'completed') await pause(20)
    serving.child.kill('SIGTERM')
    await serving.result
  })

  test('with a schedule each run says when the job starts; one that is wrong is told before the command runs', async () => {
    const place = new WorkPlace()
    const scheduled = (cron: string): string[] => {
      const when = ['--schedule', cron, '--time-zone', 'Europe/Zurich', '--margin', '15m']
      return ['wrap', '--slug', 'nightly', ...when, '--', process.execPath, '-e', "console.log('ran')"]
    }
    const good = await place.run(scheduled('0 2 * * *'))
    assert.deepEqual([good.code, good.stdout, good.stderr], [0, 'ran\n', ''])
    assert.deepEqual(
      place.rows('select slug, sync_type, cron, time_zone, margin_ms, origin from canvas_sync_schedules'),
      [
        {
          slug: 'nightly',
          sync_type: 'nightly',
          cron: '0 2 * * *',
          time_zone: 'Europe/Zurich',
          margin_ms: 900_000,
          origin: 'ping',
        },
      ],
    )
    const bad = await place.run(scheduled('0 25 * * *'))
    assert.equal(bad.stdout, '')
    assertExplained(bad, { code: 2, sentence: /cron of the schedule nightly must be/ })
  })

  test('the example runs what it is given, and keeps the end of its output when it fails', async () => {
    const place = new WorkPlace()
    const example = fileURLToPath(new URL('../../examples/jobs/wrap.sh', import.meta.url))
    const env = {
      ...process.env,
      DATABASE_URL: `sqlite:${place.path('data/canvas-sync.db')}`,
      CANVAS_SYNC_LOG_DIR: place.path('logs'),
    }
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const run = (script: string): number | null =>
      spawnSync('sh', [example, 'sh', '-c', script], { cwd, env, stdio: 'ignore' }).status
    assert.equal(run('exit 0'), 0)
    assert.equal(run("echo 'the table is away'; exit 3"), 3)
    assert.equal(run('kill -KILL $$'), 137)
    assert.deepEqual(
      place
        .rows(SYNCS)
        .map(({ sync_type, sync_status, error_message }) => [sync_type, sync_status, error_message]),
      [
        ['nightly-dap', 'completed', null],
        ['nightly-dap', 'failed', 'The command ended with exit code 3. Its last output: the table is away'],
        ['nightly-dap', 'failed', 'The command was ended by SIGKILL.'],
      ],
    )
  })

  test('what is missing is explained', async () => {
    const place = new WorkPlace()
    assertExplained(await place.run(['wrap', '--', 'ls']), {
      code: 2,
      sentence: /has no name/,
      next: /--slug/,
    })
    assertExplained(await place.run(['wrap', '--slug', 'x']), {
      code: 2,
      sentence: /no command to run/,
      next: /two dashes/,
    })
    assertExplained(await place.run(['wrap', '--slug', '', '--', 'ls']), { code: 2, sentence: /1 to 255/ })
    assertExplained(await place.run(['wrap', '--slug', 'a', 'ls', '-la']), {
      code: 2,
      sentence: /no option -l/,
    })
    assert.ok(!existsSync(place.path('data')))
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
