import { errorGroupState } from '../../../core/error-group-state.ts'
import type { DecidedErrorGroup, ErrorGroupOutcome, NewErrorGroupDecision } from '../../error-groups.ts'
import { forUpdate } from '../for-update.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { ErrorGroupsTable } from '../tables.ts'

const GROUPS = 'canvas_sync_error_groups'
const DECISIONS = 'canvas_sync_error_decisions'
/** Older ones of a group are forgotten; the audit log has them for as long as it keeps anything. */
const MOST_KEPT = 100

/** See `ErrorGroups.decide`; inside of a transaction. */
export async function decideGroup(
  { query, dialect }: SqlConnection,
  { id, decision, decided_at, muted_until, reason, audit }: NewErrorGroupDecision,
): Promise<ErrorGroupOutcome | null> {
  const group = await forUpdate(
    query.selectFrom(GROUPS).selectAll().where('id', '=', id),
    dialect,
  ).executeTakeFirst()
  if (group === undefined) return null
  const last = await query
    .selectFrom(DECISIONS)
    .select('reason')
    .where('error_group_id', '=', id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  const is_so = {
    muted: group.decision === 'muted' && group.muted_until === muted_until && last?.reason === reason,
    unmuted: group.decision !== 'muted',
    resolved: group.decision === 'resolved' && group.came_back_at === null,
    reopened: group.decision !== 'resolved',
  }
  if (is_so[decision]) return { ...outcomeOf(group, decided_at), changed: false }
  const kept = decision === 'muted' || decision === 'resolved' ? decision : null
  const becomes = { decision: kept, decided_at, muted_until, came_back_at: null }
  await query.updateTable(GROUPS).set(becomes).where('id', '=', id).execute()
  const { actor_kind, actor_id } = audit
  await query
    .insertInto(DECISIONS)
    .values({ error_group_id: id, decision, decided_at, muted_until, reason, actor_kind, actor_id })
    .execute()
  const too_old = query
    .selectFrom(DECISIONS)
    .select('id')
    .where('error_group_id', '=', id)
    .orderBy('id', 'desc')
    .limit(1)
    .offset(MOST_KEPT)
  await query.deleteFrom(DECISIONS).where('error_group_id', '=', id).where('id', '<=', too_old).execute()
  await query.insertInto('canvas_sync_audit').values(audit).execute()
  return { ...outcomeOf({ ...group, ...becomes }, decided_at), changed: true }
}

type Decided = Pick<ErrorGroupsTable, 'decision' | 'muted_until' | 'came_back_at'>

function outcomeOf(
  group: Decided & { readonly first_seen_at: number },
  now_ms: number,
): Pick<ErrorGroupOutcome, 'state' | 'muted_until'> {
  const state = errorGroupState({ ...group, seen_since: group.came_back_at !== null }, now_ms)
  return { state, muted_until: state === 'muted' ? group.muted_until : null }
}

/** The newest first, with what the tokens are called that they were made with. */
export async function readHistory({ query }: SqlConnection, id: number): Promise<DecidedErrorGroup[]> {
  return await query
    .selectFrom(`${DECISIONS} as d`)
    .leftJoin('canvas_sync_tokens as t', 't.id', 'd.actor_id')
    .select([
      'd.decision',
      'd.decided_at',
      'd.muted_until',
      'd.reason',
      'd.actor_kind',
      'd.actor_id',
      't.name as actor_name',
    ])
    .where('d.error_group_id', '=', id)
    .orderBy('d.id', 'desc')
    .limit(MOST_KEPT)
    .execute()
}
