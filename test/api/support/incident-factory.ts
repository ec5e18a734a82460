import type { Store } from '../../../src/store/store.ts'

/** An open incident about the syncs of a user. */
export async function givenIncident(
  store: Store,
  user_id: string,
  last_sync_id: number,
  now: number = Date.now(),
): Promise<void> {
  const member = { rule: 'sync_failed', member: `syncs of ${user_id}` } as const
  const found = {
    ...member,
    key: `sync_failed of ${user_id}`,
    severity: 'critical' as const,
    subject: {
      host: 'canvas.test',
      source_id: null,
      sync_type: 'all',
      user_id,
      schedule: null,
      channel: null,
      error_type: null,
    },
    facts: { in_a_row: 2 },
    began_at: now,
    last_good_at: null,
    count: 2,
    added: 1,
    last_sync_id,
    parent_key: null,
  }
  await store.incidents.settle([found], [member], now)
}
