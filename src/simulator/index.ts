import type { AddressInfo } from 'node:net'
import { answerControl } from './control.ts'
import { SeededFaultScript, type FaultScript } from './faults/fault-script.ts'
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
  const server = makeServer({
    world,
    university,
    tokens,
    faults,
    ledger,
    throttle,
    options: resolved,
    answerControl: (message, response, url) =>
      answerControl({ world, university, tokens, faults, ledger }, message, response, url),
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  world.base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return closing
  }
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
export type { TokenKind, TokenOptions, Tokens } from './tokens.ts'
export type { Truth, TruthEntity, TruthRow } from './truth.ts'
export type { MutationName, Mutations, University } from './university/university.ts'
export type { UniversitySize } from './university/size.ts'
