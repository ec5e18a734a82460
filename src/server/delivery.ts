import type { Clock } from '../core/clock.ts'
import { incidentWords } from '../core/incident-words.ts'
import { Delivery } from '../delivery/delivery.ts'
import type { ComposeReport } from '../delivery/compose-report.ts'
import type { DeliveryConfig } from '../delivery/delivery-config.ts'
import { processStart } from '../logs/directory/process-identity.ts'
import type { Store } from '../store/store.ts'
import { processState } from '../tracker/lost-syncs.ts'
import { processIdentity } from '../tracker/process-identity.ts'

export interface ServerDeliveryOptions {
  readonly store: Store
  readonly clock: Clock
  /** Null: nobody is told. */
  readonly config: DeliveryConfig | null
  /** Makes reports when they are sent. Default: they wait for a server that can. */
  readonly composeReport?: ComposeReport | undefined
  readonly onError: (error: unknown) => void
}

/** What tells people; to be started, and to be stopped before its store is closed. */
export function openDelivery({ store, ...options }: ServerDeliveryOptions): Delivery | null {
  const { config } = options
  if (config === null) return null
  const { incidents, notifications } = store
  const self = processIdentity()
  return new Delivery({
    ...options,
    config,
    incidents,
    notifications,
    words: incidentWords,
    process: `${self.pid} ${self.process_started}`,
    isGone: (name) => {
      const [, pid, process_started] = /^(\d+) (.+)$/.exec(name) ?? []
      if (pid === undefined || process_started === undefined) return false
      const { host } = self
      return (
        processState({ host, pid: Number(pid), process_started }, { self, startOf: processStart }) === 'gone'
      )
    },
  })
}
