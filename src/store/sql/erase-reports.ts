import type { Report } from '../../core/report.ts'
import type { SqlConnection } from './sql-database.ts'

const REPORTS = 'canvas_sync_reports'

/**
 * Takes out of kept reports what names a user: incidents by their titles, and lists of sources that are nobody else's. A
 * few hundred rows at the most: one for each day that syncs are kept.
 *
 * @param sources that only this user's syncs have read
 */
export async function eraseFromReports(
  { query }: SqlConnection,
  sources: readonly number[],
  naming: RegExp,
): Promise<void> {
  const owners = new Set<string>()
  if (sources.length > 0) {
    const rows = await query
      .selectFrom('canvas_sync_sources')
      .select('canvas_user_id')
      .where('id', 'in', [...sources])
      .execute()
    for (const { canvas_user_id } of rows) owners.add(canvas_user_id)
  }
  for (const { id, content } of await query.selectFrom(REPORTS).select(['id', 'content']).execute()) {
    const report = JSON.parse(content) as Report
    const { incidents, freshness } = report
    const listed = incidents?.listed.filter(({ title }) => !naming.test(title)) ?? []
    const lists = freshness.lists.filter(({ canvas_user_id }) => !owners.has(canvas_user_id))
    if (listed.length === (incidents?.listed.length ?? 0) && lists.length === freshness.lists.length) continue
    const without: Report = {
      ...report,
      incidents: incidents === null ? null : { ...incidents, listed },
      freshness: { ...freshness, lists },
    }
    await query
      .updateTable(REPORTS)
      .set({ content: JSON.stringify(without) })
      .where('id', '=', id)
      .execute()
  }
}
