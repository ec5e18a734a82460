import { z } from 'zod'
import type { Caller } from '../../core/access.ts'
import type { SyncRecord } from '../../core/sync-record.ts'
import type { Store } from '../../store/store.ts'
import type { SyncLists, SyncPageQuery, SyncRecordPage } from '../../store/sync-lists.ts'
import { JSON_MEDIA_TYPE, NDJSON_MEDIA_TYPE, problem, type Answer, type Members } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import { Slots } from '../http/slots.ts'
import { streamedText, UNREAD_MS } from '../http/streamed-text.ts'
import type { ApiServices } from '../services.ts'
import { SYNC_LIST_FILTERS, type SyncListFilters } from './list-parameters.ts'
import { listedSyncs } from './listed-syncs.ts'
import { SYNC_CSV_HEAD, syncCsvLine } from './sync-csv.ts'
import { syncRecordSchema } from './sync-schemas.ts'

const FORMATS = ['csv', 'json', 'ndjson'] as const
type ExportFormat = (typeof FORMATS)[number]

export interface ExportInput extends SyncListFilters {
  readonly format: ExportFormat
}

/** All syncs of a list; the number comes last, when it is known. */
export interface SyncExport {
  readonly syncs: readonly SyncRecord[]
  readonly count: number
}

export const syncExportSchema: z.ZodType<SyncExport> = z
  .object({ syncs: z.array(syncRecordSchema), count: z.int().min(0) })
  .meta({ title: 'SyncExport' })

export const EXPORT_PARAMETERS: Members<ExportInput> = {
  format: z
    .enum(FORMATS, { error: `one of ${FORMATS.join(', ')}` })
    .meta({ description: 'csv for spreadsheets, json, or ndjson with one sync in each line' }),
  ...SYNC_LIST_FILTERS,
}

export const CSV_MEDIA_TYPE = 'text/csv'

const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: `${CSV_MEDIA_TYPE}; charset=utf-8`,
  json: JSON_MEDIA_TYPE,
  ndjson: NDJSON_MEDIA_TYPE,
}

/** Syncs that are in memory at a time. Larger pages hold up other requests while they are written. */
const PAGE = 250
/** One that does all it can keeps a reader of the database busy. */
const AT_ONCE = 4

/** Of each database. */
const places = new WeakMap<Store, Slots>()

/**
 * Every sync of a list as a file, however many they are: read page by page while the client takes it. There is no limit;
 * one that cannot be finished is broken off, so that nobody takes a part for the whole.
 */
export async function exportSyncs(
  { format, ...filters }: ExportInput,
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const { store, clock, log_reading } = services
  const meant = listedSyncs(filters, services, request.caller)
  if ('refused' in meant) return meant.refused
  const slots = places.get(store) ?? new Slots(AT_ONCE)
  places.set(store, slots)
  const release = slots.take()
  if (release === null) {
    return problem(429, 'Too many exports run already; try again in a moment.', {}, { 'retry-after': '5' })
  }
  const query: SyncPageQuery = { condition: meant.condition, sort: filters.sort, limit: PAGE, after: null }
  const gone = new AbortController()
  const signal = AbortSignal.any([gone.signal, request.signal, log_reading.stopping])
  try {
    await recordExport(format, filters, services, request)
    // The first page before the answer begins: until then it may still be a problem.
    const first = await store.lists.recordPage(query)
    const body = streamedText(WRITERS[format](pagesFrom(first, store.lists, query, signal)), {
      onEnd() {
        gone.abort()
        release()
      },
      limits: { clock, unread_ms: UNREAD_MS },
      breaks: (error) => {
        if (signal.aborted) return
        services.onError(error, { request_id: null, where: 'GET /syncs/export' })
      },
    })
    const day = new Date(clock.now()).toISOString().slice(0, 10)
    const headers = { 'content-disposition': `attachment; filename="canvas-syncs-${day}.${format}"` }
    return { status: 200, body, media_type: MEDIA_TYPES[format], headers }
  } catch (error) {
    release()
    throw error
  }
}

/** What leaves the house is on the disk before it leaves: whose data, and in which form. */
async function recordExport(
  format: ExportFormat,
  { user_id }: SyncListFilters,
  { store }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<void> {
  const users = user_id === undefined ? usersOf(caller) : [user_id]
  const entries = users.map((user) =>
    audit.entry('syncs_exported', { target: format, ...(user === null ? {} : { user_id: user }) }),
  )
  await store.access.recordAudit(entries)
}

const usersOf = ({ users }: Caller): readonly (string | null)[] => users ?? [null]

interface ExportedPage {
  readonly count: number
  /** A JSON array. */
  readonly records: string
}

async function* pagesFrom(
  first: SyncRecordPage,
  lists: SyncLists,
  query: SyncPageQuery,
  signal: AbortSignal,
): AsyncGenerator<ExportedPage> {
  const decoder = new TextDecoder()
  let page = first
  for (;;) {
    const { count, records, next: after } = page
    // Where few fit, a page may be empty and have a next one.
    if (count > 0) yield { count, records: decoder.decode(records) }
    if (after === null) return
    signal.throwIfAborted()
    page = await lists.recordPage({ ...query, after })
  }
}

type Writer = (pages: AsyncGenerator<ExportedPage>) => AsyncGenerator<string>

function textOf({ records }: ExportedPage, lineOf: (sync: SyncRecord) => string): string {
  return (JSON.parse(records) as SyncRecord[]).map(lineOf).join('')
}

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  async *csv(pages) {
    yield SYNC_CSV_HEAD
    for await (const page of pages) yield textOf(page, syncCsvLine)
  },
  async *json(pages) {
    let total = 0
    yield '{"syncs":['
    for await (const { count, records } of pages) {
      yield `${total === 0 ? '' : ','}${records.slice(1, -1)}`
      total += count
    }
    yield `],"count":${total}}`
  },
  async *ndjson(pages) {
    for await (const page of pages) yield textOf(page, (sync) => `${JSON.stringify(sync)}\n`)
  },
}
