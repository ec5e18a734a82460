import { STORE_PARTS, type StoreParts } from './store.ts'

/** `syncs`, `startSync`, and what it was called with. */
export type CallPart = (part: keyof StoreParts, method: string, args: readonly unknown[]) => Promise<unknown>

/** Each part as an object whose every method is such a call. */
export function calledParts(call: CallPart): StoreParts {
  return Object.fromEntries(
    STORE_PARTS.map((part) => [part, calledPart(part, call)]),
  ) as unknown as StoreParts
}

function calledPart(part: keyof StoreParts, call: CallPart): object {
  const methods = new Map<string | symbol, (...args: unknown[]) => Promise<unknown>>()
  return new Proxy(
    {},
    {
      get: (_, method) => {
        // Whoever awaits the part itself must not find a `then` that waits for ever.
        if (typeof method !== 'string' || method === 'then') return undefined
        let known = methods.get(method)
        if (known === undefined) {
          known = (...args) => call(part, method, args)
          methods.set(method, known)
        }
        return known
      },
    },
  )
}
