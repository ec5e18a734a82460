import { MonitorError } from '../core/errors.ts'
import type { EarlierAnswer, EarlierStore, EarlierSync } from '../store/earlier-store.ts'

const FIRST_SIZE = 5000
const FEWEST = 2000
const MOST = 100_000

export type BatchSums = Omit<EarlierAnswer, 'other_system'>

export interface BatchSenderOptions {
  /** Null: there is no database yet, and nothing is written. */
  readonly store: EarlierStore | null
  readonly system: string
  readonly dry_run: boolean
  /**
   * How long writing a batch may take, milliseconds. As long as it lasts, nobody else writes to a SQLite database; they wait
   * for 5 s. The pages of thousands of users are written again with each batch, so that small ones cost more.
   */
  readonly batch_ms: number
  readonly onWritten: (sums: BatchSums) => void
}

/** Hands syncs to the store, as many at once as it writes in a part of a second, while the next are read. */
export class BatchSender {
  readonly #options: BatchSenderOptions
  readonly sums = { imported: 0, kept_ids: 0, renamed: 0, unchanged: 0, updated: 0, deleted: 0, tracked: 0 }
  #size = FIRST_SIZE
  #waiting: EarlierSync[] = []
  #keys = new Set<string>()
  #sending: Promise<void> = Promise.resolve()

  constructor(options: BatchSenderOptions) {
    this.#options = options
  }

  async add(sync: EarlierSync): Promise<void> {
    // One transaction has each key once.
    if (this.#keys.has(sync.key)) await this.#send()
    this.#keys.add(sync.key)
    this.#waiting.push(sync)
    if (this.#waiting.length >= this.#size) await this.#send()
  }

  async end(): Promise<void> {
    await this.#send()
    await this.#sending
  }

  async #send(): Promise<void> {
    const syncs = this.#waiting
    this.#waiting = []
    this.#keys = new Set()
    await this.#sending
    if (syncs.length === 0) return
    this.#sending = this.#write(syncs)
    // Whoever sends the next batch meets the error.
    this.#sending.catch(() => {})
  }

  async #write(syncs: readonly EarlierSync[]): Promise<void> {
    const { store, system, dry_run, batch_ms, onWritten } = this.#options
    const began = performance.now()
    const answer = store === null ? allNew(syncs) : await store.importSyncs({ system, syncs, dry_run })
    const { other_system, ...sums } = answer
    const [key] = other_system
    if (key !== undefined) throw otherSystem(system, key)
    for (const name of Object.keys(this.sums) as (keyof BatchSums)[]) this.sums[name] += sums[name]
    const took = performance.now() - began
    if (syncs.length >= this.#size) this.#size = nextSize(this.#size, batch_ms / Math.max(1, took))
    onWritten(this.sums)
  }
}

const nextSize = (size: number, faster: number): number =>
  Math.round(Math.min(MOST, Math.max(FEWEST, size * Math.min(2, Math.max(0.5, faster)))))

const allNew = ({ length }: readonly EarlierSync[]): EarlierAnswer => ({
  imported: length,
  kept_ids: length,
  renamed: 0,
  unchanged: 0,
  updated: 0,
  deleted: 0,
  tracked: 0,
  other_system: [],
})

function otherSystem(system: string, key: string): MonitorError {
  return new MonitorError(
    'usage',
    `The row ${key} was imported before, with another task id: this seems to be another system than "${system}".`,
    { next_step: 'Give each earlier system a name of its own with --system, and run the import again.' },
  )
}
