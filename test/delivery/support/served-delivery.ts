import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { RunningCli } from '../../cli/support/run-cli.ts'
import { WorkPlace } from '../../cli/support/work-place.ts'
import type { Received } from './http-stand-in.ts'

const API = '/api/canvas/metrics'

/** A server as people start it, which may be killed and started again. */
export class ServedDelivery {
  readonly place: WorkPlace = new WorkPlace()
  kills = 0
  readonly #environment: Readonly<Record<string, string>>
  #cli: RunningCli | null = null
  #url = ''
  #ended: Promise<unknown> = Promise.resolve()

  /**
   * @param hooks addresses on loopback by the names of their channels
   * @param environment where its database is, say
   */
  constructor(hooks: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}) {
    this.#environment = environment
    const channels = Object.fromEntries(
      Object.entries(hooks).map(([name, url]) => [
        name,
        { kind: 'webhook', url, secret: 'sixteen characters', allow_hosts: ['127.0.0.1'] },
      ]),
    )
    const notifications = { channels, group_wait: '0s', group_interval: '0s', repeat: '0s' }
    this.place.write('canvas-sync-monitor.config.json', JSON.stringify({ notifications }))
    after(() => this.kill())
  }

  get isUp(): boolean {
    return this.#cli !== null
  }

  async start(): Promise<void> {
    const cli = this.place.start(['serve', '--port', '0', '--json'], {
      environment: this.#environment,
    })
    const [line] = await cli.shows('stdout', /\{"url.*\}/)
    this.#url = (JSON.parse(line) as { url: string }).url
    this.#cli = cli
    // Nobody lives for longer than a run of the program may take: that is a kill too.
    void cli.result.then(() => {
      if (this.#cli === cli) this.kill()
    })
  }

  /** At once: what it was about to do it does not. */
  kill(): void {
    if (this.#cli === null) return
    this.kills++
    this.#cli.child.kill('SIGKILL')
    this.#ended = this.#cli.result
    this.#cli = null
  }

  async again(): Promise<void> {
    await this.#ended
    await this.start()
  }

  /** False when it died meanwhile: whether it was done nobody knows. */
  async post(path: string, body: string, type: string): Promise<boolean> {
    try {
      const response = await fetch(`${this.#url}${API}${path}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      })
      assert.ok(response.ok, `${response.status} ${await response.text()}`)
      return true
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      return false
    }
  }
}

/** A sync that fails because of the token of its user: an incident of its own. */
export function failedSync(number: number): string {
  const task_id = `task-${number}`
  const user_id = String(1000 + number)
  const finish = { type: 'finish', task_id, status: 'failed', error_type: 'token_expired' }
  return [{ type: 'start', task_id, user_id }, finish].map((event) => `${JSON.stringify(event)}\n`).join('')
}

/** What a message of the webhook says. */
export interface Told {
  readonly id: string
  readonly kind: string
  readonly data: { readonly incidents?: readonly { readonly id: number }[] }
}

export const toldOf = (received: readonly Received[]): Told[] =>
  received.map(({ body }) => JSON.parse(body) as Told)
