import { MonitorError } from '../core/errors.ts'
import type { EarlierAnswer, EarlierStore } from '../store/earlier-store.ts'
import { EARLIER_COLUMNS, type EarlierSync } from '../store/earlier-sync.ts'
import { packSyncs, type PackedSyncs } from '../store/packed-syncs.ts'

const FIRST_SIZE = 5000
const FEWEST = 2000
const MOST = 100_000
/** However long the rows are: two batches are in memory, the one that is written and the one that is read. */
const MOST_BYTES = 40_000_000
/** Syncs, and characters of the long texts, that are objects at a time; a page is one statement of PostgreSQL. */
const PAGE_SYNCS = 4000
const PAGE_CHARACTERS = 2_000_000
const LONG_TEXTS = (['error_message', 'sync_metadata'] as const).map((name) => EARLIER_COLUMNS.indexOf(name))

export type BatchSums = Omit<EarlierAnswer, 'other_system'>

export interface BatchSenderOptions {
  /** Null: there is no database yet, and nothing is written. */
  readonly store: Pick<EarlierStore, 'importSyncs'> | null
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
  /** Of the batch that is read: those that are packed, and those that are not yet. */
  #pages: PackedSyncs[] = []
  #waiting: EarlierSync[] = []
  #characters = 0
  #bytes = 0
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
    this.#characters += charactersOf(sync)
    if (this.#waiting.length >= PAGE_SYNCS || this.#characters >= PAGE_CHARACTERS) this.#pack()
    if (this.#keys.size >= this.#size || this.#bytes >= MOST_BYTES) await this.#send()
  }

  async end(): Promise<void> {
    await this.#send()
    await this.#sending
  }

  #pack(): void {
    if (this.#waiting.length === 0) return
    const page = packSyncs(this.#waiting)
    this.#pages.push(page)
    this.#bytes += page.bytes.byteLength
    this.#waiting = []
    this.#characters = 0
  }

  async #send(): Promise<void> {
    this.#pack()
    const pages = this.#pages
    this.#pages = []
    this.#bytes = 0
    this.#keys = new Set()
    await this.#sending
    if (pages.length === 0) return
    this.#sending = this.#write(pages)
    // Whoever sends the next batch meets the error.
    this.#sending.catch(() => {})
  }

  async #write(pages: readonly PackedSyncs[]): Promise<void> {
    const { store, system, dry_run, batch_ms, onWritten } = this.#options
    const began = performance.now()
    const syncs = pages.reduce((sum, page) => sum + page.syncs, 0)
    const answer = store === null ? allNew(syncs) : await store.importSyncs({ system, pages, dry_run })
    const { other_system, ...sums } = answer
    const [key] = other_system
    if (key !== undefined) throw otherSystem(system, key)
    for (const name of Object.keys(this.sums) as (keyof BatchSums)[]) this.sums[name] += sums[name]
    const took = performance.now() - began
    if (syncs >= this.#size) this.#size = nextSize(this.#size, batch_ms / Math.max(1, took))
    onWritten(this.sums)
  }
}

const nextSize = (size: number, faster: number): number =>
  Math.round(Math.min(MOST, Math.max(FEWEST, size * Math.min(2, Math.max(0.5, faster)))))

const charactersOf = ({ values }: EarlierSync): number =>
  LONG_TEXTS.reduce((sum, place) => sum + (values[place] === null ? 0 : String(values[place]).length), 0)

const allNew = (syncs: number): EarlierAnswer => ({
  imported: syncs,
  kept_ids: syncs,
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
    `The row ${key} was imported before, with another task id and another start: this seems to be another system than "${system}".`,
    { next_step: 'Give each earlier system a name of its own with --system, and run the import again.' },
  )
}
