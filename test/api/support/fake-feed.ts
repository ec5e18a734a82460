import { setImmediate as turn } from 'node:timers/promises'
import { EventHub, type EventHubOptions } from '../../../src/api/events/event-hub.ts'
import type { ChangePage } from '../../../src/store/change-feed.ts'
import { FakeClock } from '../../support/fake-clock.ts'

export const EMPTY: ChangePage = { changes: [], syncs: [], courses: [], place: 7, lost: false }

/** A hub over a feed that a test answers for. */
export function hubOver(special: Partial<EventHubOptions> = {}): {
  hub: EventHub
  clock: FakeClock
  errors: unknown[]
  answer: { next: () => Promise<ChangePage> }
} {
  const clock = new FakeClock()
  const errors: unknown[] = []
  // Nothing happens, as long as one waits.
  const answer = { next: (): Promise<ChangePage> => new Promise<ChangePage>(() => {}) }
  const changes = {
    latest: () => Promise.resolve(7),
    readAfter: async (): Promise<ChangePage> => {
      await turn()
      return await answer.next()
    },
  }
  const hub = new EventHub({ changes, clock, onError: (error) => errors.push(error), ...special })
  return { hub, clock, errors, answer }
}
