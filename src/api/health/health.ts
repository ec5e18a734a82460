import { z } from 'zod'
import { ok, type Answer } from '../http/answer.ts'
import { channelHealth } from '../notifications/notification-records.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'

type PartState = 'ok' | 'error'

/** The answer of `/health`; `error` says what is wrong, and is there only when something is. */
export interface Health {
  readonly timestamp: string
  readonly status: 'healthy' | 'degraded'
  readonly database: PartState
  readonly logs_directory: PartState
  /** Whether every channel of notifications takes messages; it says nothing where there is none. */
  readonly notifications: PartState
  /**
   * Critical incidents that are open; null for who may not read of all users, and when the database does not tell. They are
   * about syncs, not about this server.
   */
  readonly critical_incidents: number | null
  readonly error?: string | undefined
}

/** The answer of `/livez` and `/readyz`. */
export interface Probe {
  readonly status: 'pass' | 'fail'
  readonly version: string
  readonly checks?:
    { readonly database: 'pass' | 'fail'; readonly logs_directory: 'pass' | 'fail' } | undefined
  readonly error?: string | undefined
}

const partState = z.enum(['ok', 'error'])
const passOrFail = z.enum(['pass', 'fail'])

export const healthSchema: z.ZodType<Health> = z
  .object({
    timestamp: z.iso.datetime(),
    status: z.enum(['healthy', 'degraded']),
    database: partState,
    logs_directory: partState,
    notifications: partState,
    critical_incidents: z.int().min(0).nullable(),
    error: z.string().optional(),
  })
  .meta({ title: 'Health' })

export const probeSchema: z.ZodType<Probe> = z
  .object({
    status: passOrFail,
    version: z.string(),
    checks: z.object({ database: passOrFail, logs_directory: passOrFail }).optional(),
    error: z.string().optional(),
  })
  .meta({ title: 'Probe' })

/** Everybody learns whether the server is well; what happens to syncs, and what channels are called, is for readers. */
export async function getHealth(
  _input: unknown,
  services: ApiServices,
  { caller }: Pick<RequestFacts, 'caller'>,
): Promise<Answer> {
  const reads = caller.scopes.has('read') && caller.users === null
  const { database, logs_directory, error: parts_error } = await checkParts(services)
  const failing = database ? await failingChannels(services) : []
  const channels_error =
    failing.length === 0
      ? null
      : `Notifications do not arrive: ${reads ? failing.join(', ') : 'a channel'} fails for two minutes or longer.`
  const messages = [parts_error, channels_error].filter((message) => message !== null)
  const error = messages.length === 0 ? null : messages.join(' ')
  const body: Health = {
    timestamp: new Date(services.clock.now()).toISOString(),
    status: error === null ? 'healthy' : 'degraded',
    database: database ? 'ok' : 'error',
    logs_directory: logs_directory ? 'ok' : 'error',
    notifications: failing.length === 0 ? 'ok' : 'error',
    critical_incidents: database && reads ? await criticalIncidents(services) : null,
    ...(error === null ? {} : { error }),
  }
  return error === null ? ok(body) : { status: 503, body }
}

/** Names of channels; requests are served all the same, so that `/readyz` does not ask. */
async function failingChannels({ store, delivery, clock, onError }: ApiServices): Promise<string[]> {
  if (delivery === undefined) return []
  const own = new Set(delivery.channels.map(({ name }) => name))
  try {
    const states = await store.notifications.channels()
    const failing = states.filter((state) => channelHealth(state, clock.now()) === 'failing')
    return failing.map(({ channel }) => channel).filter((name) => own.has(name))
  } catch (error) {
    onError(error, { request_id: null, where: 'health check' })
    return []
  }
}

async function criticalIncidents({ store, onError }: ApiServices): Promise<number | null> {
  try {
    return await store.incidents.countCritical()
  } catch (error) {
    onError(error, { request_id: null, where: 'health check' })
    return null
  }
}

/** Whether the process answers at all; asks nothing of anything else, so that a slow database restarts nobody. */
export function getLiveness(_input: unknown, { version }: ApiServices): Promise<Answer> {
  const body: Probe = { status: 'pass', version }
  return Promise.resolve(ok(body))
}

/** Whether requests can be served. */
export async function getReadiness(_input: unknown, services: ApiServices): Promise<Answer> {
  if (services.stopping?.aborted === true) {
    const body: Probe = { status: 'fail', version: services.version, error: 'The server is stopping.' }
    return { status: 503, body }
  }
  const { database, logs_directory, error } = await checkParts(services)
  const body: Probe = {
    status: error === null ? 'pass' : 'fail',
    version: services.version,
    checks: { database: database ? 'pass' : 'fail', logs_directory: logs_directory ? 'pass' : 'fail' },
    ...(error === null ? {} : { error }),
  }
  return error === null ? ok(body) : { status: 503, body }
}

interface Parts {
  readonly database: boolean
  readonly logs_directory: boolean
  /** One sentence for each part that is not well; null when all are. */
  readonly error: string | null
}

async function checkParts(services: ApiServices): Promise<Parts> {
  const [database, directory] = await Promise.all([
    check(services, 'The database does not answer.', () => services.store.health()),
    check(services, 'The log folder cannot be written.', () => services.logs.directoryHealth()),
  ])
  const messages = [database, directory].filter((message) => message !== null)
  return {
    database: database === null,
    logs_directory: directory === null,
    error: messages.length === 0 ? null : messages.join(' '),
  }
}

/**
 * Null when the part is well, else the fixed sentence; a check that throws is a part that is not well. What the part
 * itself says may name paths and hosts, and these addresses ask for no password: it is for the operator only.
 */
async function check(
  services: ApiServices,
  sentence: string,
  ask: () => Promise<{ ok: boolean; message: string | null }>,
): Promise<string | null> {
  try {
    const { ok, message } = await ask()
    if (ok) return null
    throw new Error(message ?? sentence)
  } catch (error) {
    services.onError(error, { request_id: null, where: 'health check' })
    return sentence
  }
}
