import { addressOf, askJson, type QueryValues } from './api-client.ts'

/** What one noun of the API says, as TanStack Query asks for it. */
export interface Asking<T> {
  /** Begins with the noun. */
  readonly queryKey: readonly unknown[]
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<T>
  readonly meta: { readonly follows_syncs: boolean }
}

interface AskedOptions {
  /** Whether it changes when a sync begins or ends, so that live updates ask for it again; by default it does. */
  readonly follows_syncs?: boolean
}

export function asked<T>(
  noun: string,
  path: string,
  values: QueryValues = {},
  { follows_syncs = true }: AskedOptions = {},
): Asking<T> {
  return {
    queryKey: [noun, path, values],
    queryFn: ({ signal }) => askJson<T>(addressOf(path, values), { signal }),
    meta: { follows_syncs },
  }
}

/** A list that comes in pages, each of which names the next. */
export interface AskingPages<T> {
  readonly queryKey: readonly unknown[]
  readonly queryFn: (context: {
    readonly signal: AbortSignal
    readonly pageParam: string | null
  }) => Promise<T>
  readonly initialPageParam: string | null
  readonly getNextPageParam: (page: T) => string | null
  readonly meta: { readonly follows_syncs: boolean }
}

export function askedPages<T extends { readonly next_cursor: string | null }>(
  noun: string,
  path: string,
  values: QueryValues = {},
  { follows_syncs = true }: AskedOptions = {},
): AskingPages<T> {
  return {
    queryKey: [noun, path, values],
    queryFn: ({ signal, pageParam }) =>
      askJson<T>(addressOf(path, { ...values, cursor: pageParam }), { signal }),
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    meta: { follows_syncs },
  }
}
