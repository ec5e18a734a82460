import type { University } from '../university/university.ts'

/** The forms in which Canvas and what stands before it write errors. */
export type BodyForm =
  'errors_array' | 'errors_object' | 'errors_string' | 'error' | 'message' | 'html' | 'text' | 'empty'

export type Fault =
  /** Any status with any form of body; made by Canvas unless the form is `html`. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly form?: BodyForm
      readonly message?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'throttled_403' | 'throttled_429' }
  /** A sign-in page, a maintenance page, a gateway's error: HTML without Canvas's headers. */
  | { readonly kind: 'html_200' | 'html_503' | 'edge_502' | 'edge_504' }
  /** To single sign-on, on another origin unless told otherwise. */
  | { readonly kind: 'redirect_302'; readonly location?: string }
  | { readonly kind: 'canvas_500' }
  /** Canvas's failsafe: no body at all. Default status 200. */
  | { readonly kind: 'empty_body'; readonly status?: number }
  /** Accepted and never answered, until the simulator closes. */
  | { readonly kind: 'hang' }
  /** RST before the headers. */
  | { readonly kind: 'reset' }
  /** The declared length, half the bytes, then the connection is gone. */
  | { readonly kind: 'half_body' }
  | { readonly kind: 'one_byte_chunks' }
  | { readonly kind: 'slow'; readonly delay_ms: number }
  /** 200 and no rows, where there are some. */
  | { readonly kind: 'empty_list' }
  /** All the rows of the page and no word of the next. */
  | { readonly kind: 'drop_link_header' }
  /** The next page is this page, or a bookmark that cannot be read, which is page 1. */
  | { readonly kind: 'repeat_page'; readonly how?: 'self' | 'undecodable' }
  /** The next page lies on another origin. */
  | { readonly kind: 'foreign_next'; readonly origin: string }
  /** Includes are dropped silently: those named, or all. */
  | { readonly kind: 'drop_include'; readonly include?: readonly string[] }
  /** The first rows of the page are there twice. Default count 1. */
  | { readonly kind: 'duplicate_rows'; readonly count?: number }
  /** Ids as numbers, whatever `Accept` says. */
  | { readonly kind: 'numeric_ids' }
  | { readonly kind: 'malformed_json' }
  /** JSON called `text/html`. */
  | { readonly kind: 'wrong_content_type' }
  | { readonly kind: 'huge_body'; readonly bytes: number }
  /** The token of this very request dies first. */
  | { readonly kind: 'revoke_token' }
  | { readonly kind: 'expire_token'; readonly how?: 'permanent' | 'oauth' }
  /** Something happens in the university first. */
  | { readonly kind: 'mutation'; readonly name: string; readonly args: Readonly<Record<string, unknown>> }
  /** The same as a function; cannot be written into a file. */
  | { readonly kind: 'mutate'; readonly mutate: (university: University) => void }

export type FaultKind = Fault['kind']

/** Faults that are an answer of their own; the first one wins, all others shape the answer there is. */
export const ANSWERING_KINDS: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'status', 'throttled_403', 'throttled_429', 'html_200', 'html_503', 'edge_502', 'edge_504', 'redirect_302',
  'canvas_500', 'empty_body', 'hang', 'reset',
]) // prettier-ignore

export const FAULT_KINDS: ReadonlySet<FaultKind> = new Set<FaultKind>([
  ...ANSWERING_KINDS, 'half_body', 'one_byte_chunks', 'slow', 'empty_list', 'drop_link_header', 'repeat_page',
  'foreign_next', 'drop_include', 'duplicate_rows', 'numeric_ids', 'malformed_json', 'wrong_content_type',
  'huge_body', 'revoke_token', 'expire_token', 'mutation', 'mutate',
]) // prettier-ignore

/** All parts must hold. Without any, every request matches. */
export interface FaultCondition {
  /** The whole path, `*` standing for one segment and `**` for any number; or a pattern found in the path. */
  readonly path?: string | RegExp
  /** Parameters and their values, by the names in the URL (`include[]`). */
  readonly query?: Readonly<Record<string, string>>
  readonly course_id?: string
  /** Fires on the n-th matching request, the first being 1. */
  readonly nth?: number
  /** Fires on every n-th matching request (from `nth` on, when both are given). */
  readonly every?: number
  /** Fires at most so often. Default: once with `nth` alone, else without end. */
  readonly times?: number
  /** 0 to 1, decided by the seed and the number of the match. */
  readonly probability?: number
}

export interface FaultRule {
  readonly when: FaultCondition
  readonly fault: Fault
}

export interface FiredFault {
  readonly kind: FaultKind
  readonly path: string
  readonly request_number: number
  readonly at_ms: number
}
