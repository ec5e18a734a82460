import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMonitor, openStore, runSync } from '../../../src/index.ts'
import { givenIncident } from '../../api/support/incident-factory.ts'
import { makeToken } from '../../api/support/guarded-server.ts'
import { runMain } from '../../cli/support/run-main.ts'
import { makeOldDatabase } from '../../support/old-table.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { makeDirectory } from '../../../src/files/make-directory.ts'
import type { Past, Surroundings } from './place.ts'

/**
 * What a reader has who has had the monitor for a while, under the names that the pages use: a good sync and a failed one,
 * an incident, a backup, an archive of logs, a token.
 */
export async function makePast({ base_url: baseUrl, tokens }: Surroundings['canvas']): Promise<Past> {
  const directory = temporaryDirectory()
  const at = (name: string): string => join(directory, name)
  const database = `sqlite:${at('data/canvas-sync.db')}`
  {
    await using monitor = await createMonitor({ database, logDir: at('logs/canvas_sync') })
    await runSync({ monitor, baseUrl, token: tokens.teacher, userId: 42, taskId: 'nightly-1' })
    const failed = await monitor.startSync({ taskId: 'nightly-2', userId: 42, syncType: 'grades' })
    await failed.completeFailure('Canvas timeout while reading the grades of course 4711')
  }
  await using store = await openStore(database)
  await givenIncident(store, '42', 2)
  const token = await makeToken(store, ['read', 'ingest', 'admin'], { name: 'reader' })
  makeDirectory(at('backups'))
  await runMain(['backup', '--quiet', '--database', database, at('backups/canvas-sync-20261122T013000Z.db')])
  makeDirectory(at('logs/canvas_sync/archives'))
  const archive = at('logs/canvas_sync/archives/errors_20261122_020000.tar.gz')
  execFileSync('tar', ['-czf', archive, '-C', at('logs/canvas_sync'), 'errors.log'])
  // The earlier system, of which changing-over tells.
  makeOldDatabase(at('old.db'), { count: 50, until: Date.now() - 86_400_000, days: 30, users: 5 })
  makeDirectory(at('old-logs'))
  writeFileSync(at('old-logs/operations.log'), '[2025-12-22 10:15:35] Courses: 25, 2, 23\n')
  return { directory, token }
}
