import { MonitorError } from '../core/errors.ts'
import type { SyncedDataStore } from '../store/synced-data-store.ts'

/**
 * The synced data for as long as its sync may write. What a process has read before it was stopped for a while would else
 * replace what the one that took its work over has read since.
 */
export function fencedData(data: SyncedDataStore, mayWrite: () => boolean): SyncedDataStore {
  const fenced =
    <Given extends unknown[], T>(write: (...given: Given) => Promise<T>) =>
    (...given: Given): Promise<T> =>
      mayWrite() ? write.apply(data, given) : Promise.reject(mustNotWrite())
  return {
    openSource: fenced(data.openSource),
    beginListing: fenced(data.beginListing),
    applyRows: fenced(data.applyRows),
    markSeen: fenced(data.markSeen),
    completeListing: fenced(data.completeListing),
    completeIncremental: fenced(data.completeIncremental),
    saveCheckpoint: fenced(data.saveCheckpoint),
    clearCheckpoints: fenced(data.clearCheckpoints),
    listSources: () => data.listSources(),
    getListing: (scope) => data.getListing(scope),
    listListings: (source_id) => data.listListings(source_id),
    countRows: (scope) => data.countRows(scope),
    listRowIds: (scope) => data.listRowIds(scope),
    listCheckpoints: (source_id, scope) => data.listCheckpoints(source_id, scope),
  }
}

const mustNotWrite = (): MonitorError =>
  new MonitorError('cancelled', 'The sync was cancelled: another worker has its work.')
