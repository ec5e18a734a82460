import type { Clock } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import type { EndedSync, SyncSubject } from '../store/sync-histories.ts'
import { subjectMember } from './incident-keys.ts'

const SOURCES_KEPT_MS = 60_000
const FRESH_MS = 1000
/** Subjects that are remembered with their host. */
const MOST_REMEMBERED = 20_000
/** Syncs of a subject among which one is looked for that reached Canvas. */
const LOOKED_BACK = 20
/** Subjects that are asked for at once. */
const MOST_ASKED = 500

/** Knows of which Canvas a sync reads, also when Canvas could not be reached. */
export class CanvasHosts {
  readonly #store: Pick<Store, 'data' | 'histories'>
  readonly #clock: Clock
  readonly #of_source = new Map<number, string>()
  readonly #of_subject = new Map<string, string>()
  #read_at = Number.NEGATIVE_INFINITY

  constructor(store: Pick<Store, 'data' | 'histories'>, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** To be called before {@link of}, for all syncs that it will be asked about. */
  async learn(syncs: readonly EndedSync[]): Promise<void> {
    const age_ms = this.#clock.monotonic() - this.#read_at
    const is_new = syncs.some(({ source_id }) => source_id !== null && !this.#of_source.has(source_id))
    // The first source of all may have been made by a sync that is none of these.
    const may_be_new = syncs.some(
      (sync) => sync.source_id === null && !this.#of_subject.has(subjectMember(sync)),
    )
    if (is_new || (may_be_new && age_ms > FRESH_MS) || age_ms > SOURCES_KEPT_MS) await this.#readSources()
    const asked = new Map<string, SyncSubject>()
    for (const sync of syncs) {
      const member = subjectMember(sync)
      const host = sync.source_id === null ? undefined : this.#of_source.get(sync.source_id)
      if (host !== undefined) this.#remember(member, host)
      else if (!this.#of_subject.has(member)) asked.set(member, sync)
    }
    const some = [...asked].filter(([member]) => !this.#of_subject.has(member)).slice(0, MOST_ASKED)
    if (some.length === 0 || this.#of_source.size === 0) return
    const subjects = some.map(([, { user_id, sync_type }]) => ({ user_id, sync_type }))
    const histories = await this.#store.histories.ofSubjects(subjects, LOOKED_BACK)
    for (const [index, history] of histories.entries()) {
      const [member] = some[index] ?? []
      const reached = history.find(({ source_id }) => source_id !== null)
      const host = reached?.source_id == null ? undefined : this.#of_source.get(reached.source_id)
      if (member !== undefined && host !== undefined) this.#remember(member, host)
    }
  }

  /**
   * Host and port. Who has never reached Canvas is counted to the only Canvas there is; null where there are several, or
   * none is known.
   */
  of(sync: EndedSync): string | null {
    const own = sync.source_id === null ? undefined : this.#of_source.get(sync.source_id)
    const host = own ?? this.#of_subject.get(subjectMember(sync))
    if (host !== undefined) return host
    const all = new Set(this.#of_source.values())
    const [only] = all
    return all.size === 1 ? (only ?? null) : null
  }

  async #readSources(): Promise<void> {
    const sources = await this.#store.data.listSources()
    this.#read_at = this.#clock.monotonic()
    this.#of_source.clear()
    for (const { id, base_url } of sources) this.#of_source.set(id, hostOf(base_url))
  }

  #remember(member: string, host: string): void {
    this.#of_subject.delete(member)
    this.#of_subject.set(member, host)
    const [oldest] = this.#of_subject.keys()
    if (this.#of_subject.size > MOST_REMEMBERED && oldest !== undefined) this.#of_subject.delete(oldest)
  }
}

/** Without what else may stand in an address. */
export function hostOf(base_url: string): string {
  return URL.parse(base_url)?.host ?? 'unknown host'
}
