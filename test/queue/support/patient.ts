import { setTimeout as delay } from 'node:timers/promises'

/** Resolves with what `look` finds as soon as it finds something; the deadline is the test's own. */
export async function until<T>(
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found
    await delay(50)
  }
}
