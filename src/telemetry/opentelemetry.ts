import type * as Api from '@opentelemetry/api'

export type OpenTelemetry = typeof Api

/** Where every 1.x of `@opentelemetry/api` keeps what an SDK registers, so that several copies of it agree. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1')

let loaded: Promise<OpenTelemetry | null> | null = null

/**
 * The OpenTelemetry API, or null where no SDK is registered in this process: then there is nothing to tell, and the
 * package, which may not even be installed, is not looked for.
 */
export async function openTelemetry(): Promise<OpenTelemetry | null> {
  if (!(REGISTERED in globalThis)) return null
  return await (loaded ??= load())
}

async function load(): Promise<OpenTelemetry | null> {
  try {
    return await import('@opentelemetry/api')
  } catch {
    // The SDK has its own copy of the API, out of our reach. A sync must not suffer from what only watches it.
    return null
  }
}
