import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'

const END_ON_SIGNAL = new URL('../../src/jobs/end-on-signal.ts', import.meta.url).href

/** A worker with nothing to stop, whose monitor closes as `close` says. */
function startWorker(close: string): {
  kill: (signal: NodeJS.Signals) => void
  said: Promise<unknown>
  end: Promise<string>
} {
  const script = `
    import { endOnSignal } from '${END_ON_SIGNAL}'
    endOnSignal({ close: () => { console.log('closing'); return ${close} } })
    setInterval(() => {}, 1000)
    console.log('runs')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const end = once(child, 'close').then(([code, signal]) => `${text.replaceAll('\n', ' ')}${code ?? signal}`)
  return { kill: (signal) => child.kill(signal), said: once(child.stdout, 'data'), end }
}

test('a signal that comes twice at once still lets the monitor close', async () => {
  const worker = startWorker(
    `new Promise((resolve) => setTimeout(() => { console.log('closed'); resolve() }, 200))`,
  )
  await worker.said
  worker.kill('SIGTERM')
  worker.kill('SIGINT')
  // Which of the two is delivered first is the system's to choose.
  assert.match(await worker.end, /^runs closing closed 1(?:43|30)$/)
})

test('whoever asks again does not wait for a monitor that cannot close', async () => {
  const worker = startWorker('new Promise(() => {})')
  await worker.said
  worker.kill('SIGTERM')
  let end: string | null = null
  while (end === null) {
    end = await Promise.race([worker.end, pause(100).then(() => null)])
    worker.kill('SIGINT')
  }
  assert.equal(end, 'runs closing 130')
})
