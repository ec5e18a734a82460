import type { Clock } from '../core/clock.ts'
import type { LogWriter } from '../logs/writing/log-writer.ts'
import type { SyncReports } from '../store/sync-store.ts'
import { OutboxThread } from './outbox-thread.ts'
import type { OutboxHealth } from './outbox.ts'
import { RemoteLogWriter } from './remote-log-writer.ts'
import { RemoteReports } from './remote-reports.ts'
import { checkRemoteOptions, type RemoteOptions } from './remote-options.ts'

export type RemoteHealth = OutboxHealth

/** A server that this process reports to. */
export interface Remote {
  readonly reports: SyncReports
  readonly logs: LogWriter
  health(): Promise<RemoteHealth>
  /** Delivers what it can for a while; the rest stays in the spool for the next process. */
  close(): Promise<void>
}

/**
 * Opens the spool and begins to deliver what lies there.
 *
 * @throws MonitorError `config_invalid`, `insecure_url`, `not_writable`; never because the server is away
 */
export async function openRemote(options: RemoteOptions, clock: Clock): Promise<Remote> {
  const outbox = await OutboxThread.open(checkRemoteOptions(options))
  return {
    reports: new RemoteReports(outbox),
    logs: new RemoteLogWriter(outbox, clock),
    health: () => outbox.freshHealth(),
    close: async () => {
      await outbox.close()
    },
  }
}
