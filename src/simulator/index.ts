/**
 * A university behind a Canvas LMS API, in one process: same paths, bodies, errors, paging, throttle and traps,
 * over ground truth that a test can read row for row, change, and break.
 *
 * It is written from Canvas's own behaviour (instructure/canvas-lms, read for behaviour only) and from the
 * public documentation, never from this project's client: the two must not share a misunderstanding.
 *
 * | simulated | after |
 * |---|---|
 * | 401 and 403 in all their forms, `WWW-Authenticate`, `as_user_id` | `lib/authentication_methods.rb`, `application_controller.rb`, `doc/api/oauth.md` |
 * | scopes, includes dropped without `allow_includes` | `validate_scopes`, `filter_includes` |
 * | numbered pages, `per_page`, Link header of 6 KB and its order | `lib/api.rb`, `doc/api/pagination.md` |
 * | bookmarks, unreadable ones as page 1, `page=2` as 404 | `gems/bookmarked_collection/collection.rb` |
 * | leaky bucket, its headers and both refusals | `request_throttle.rb`, `increment_bucket.lua`, `doc/api/throttling.md` |
 * | string ids, escaped JSON, ids beyond 2^53 | `gems/stringify_ids`, canvas-lms#2148 |
 * | courses, nicknames, restricted courses, account lists | `courses_controller.rb`, `accounts_controller.rb`, `lib/api/v1/course.rb` |
 * | enrollments, their states, order and grades | `enrollments_api_controller.rb`, `lib/api/v1/user.rb` |
 * | assignments, effective dates, deletion | `assignments_api_controller.rb`, `lib/api/v1/assignment.rb` |
 * | submissions: all, grouped, since, filtered after paging | `submissions_api_controller.rb`, `lib/api/v1/submission.rb` |
 * | 404, 400, 500 with report, `include[0]` as 500 | `application_controller.rb`, canvas-lms#1332 |
 * | the load balancer's 504 after 60 s, HTML of the edge, a GET with a body refused | canvas-lms#1033, CloudFront |
 *
 * Not simulated: writing through the API, the OAuth exchange itself, GraphQL, Live Events, DAP, account reports,
 * New Quizzes, audit and gradebook-history feeds, observers, groups, the test student, anonymous grading,
 * moderated grading, rubrics, submission history and comments (always empty), grading schemes other than the
 * default, several shards, blocked clients, and HTTP/2 (only its small header names).
 *
 * Where Canvas versions differ the newer hosted one is the default and an option gives the other: `throttle.status`,
 * `permission_status`, `max_per_page`, `dialect.filters_after_paging`.
 *
 * Everything made up comes from the seed and lies before a fixed day; only what mutations change is kept, so that
 * millions of submissions cost nothing until they are asked for.
 */
import { answerControl } from './control.ts'
import { SeededFaultScript, type FaultScript } from './faults/fault-script.ts'
import { Listening } from './http/listening.ts'
import { makeServer } from './http/server.ts'
import { Throttle } from './http/throttle.ts'
import { resolveOptions, type SimulatorOptions } from './options.ts'
import { RequestLedger, type SimulatedRequest, type SimulatorStats } from './requests.ts'
import { TokenBook, type Tokens } from './tokens.ts'
import { makeUniversity, type University } from './university/university.ts'
import { World } from './university/world.ts'

export interface Simulator {
  /** `http://127.0.0.1:PORT` */
  readonly base_url: string
  readonly university: University
  readonly tokens: Tokens
  readonly faults: FaultScript
  /** The last requests, oldest first. */
  readonly requests: readonly SimulatedRequest[]
  /** All requests since the start or the last {@link resetStats}, in numbers. */
  readonly stats: SimulatorStats
  resetStats(): void
  /** Refuses every connection for so long, as a Canvas that is down; then it is there again, with the same data. */
  goAway(duration_ms: number): Promise<void>
  /** Drops every connection; a second call returns the first one's promise. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const resolved = resolveOptions(options)
  const world = new World({
    seed: resolved.seed,
    shard_id: resolved.shard_id,
    now: resolved.now,
    ...(options.size === undefined ? {} : { size: options.size }),
  })
  const university = makeUniversity(world)
  const tokens = new TokenBook(world)
  const faults = new SeededFaultScript(resolved.seed, (id) => localIdOrNone(world, id))
  const ledger = new RequestLedger()
  const throttle = resolved.throttle === false ? null : new Throttle(resolved.throttle, resolved.now)
  if (options.faults !== undefined) faults.add(...options.faults)
  const parts = { world, university, tokens, faults, ledger }
  const server = makeServer({
    ...parts,
    throttle,
    options: resolved,
    answerControl: (message, response, url) =>
      answerControl({ ...parts, goAway: (ms) => listening.goAway(ms) }, message, response, url),
  })
  const listening = new Listening(server)
  world.base_url = `http://127.0.0.1:${await listening.start(options.port ?? 0)}`

  const close = (): Promise<void> => listening.close()
  return {
    base_url: world.base_url,
    university,
    tokens,
    faults,
    requests: ledger.requests,
    get stats() {
      return ledger.stats
    },
    resetStats: () => ledger.reset(),
    goAway: (duration_ms) => listening.goAway(duration_ms),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function localIdOrNone(world: World, id: string): number {
  return /^(?:\d+~)?\d+$/.test(id) ? world.localId(id.replace(/^\d+~/, '')) : -1
}

export { parseFaultScript } from './faults/parse-fault-script.ts'
export { VOLATILE_FIELDS } from './truth.ts'
export type { BodyForm, Fault, FaultCondition, FaultKind, FaultRule, FiredFault } from './faults/fault.ts'
export type { FaultScript } from './faults/fault-script.ts'
export type { ThrottleOptions } from './http/throttle.ts'
export type { Dialect, SimulatorOptions } from './options.ts'
export type { SimulatedRequest, SimulatorStats } from './requests.ts'
export type { Token, TokenKind, TokenOptions, Tokens } from './tokens.ts'
export type { Truth, TruthEntity, TruthRow } from './truth.ts'
export type { MutationName, Mutations, University } from './university/university.ts'
export type { UniversitySize } from './university/size.ts'
