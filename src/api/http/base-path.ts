/** Where the earlier system had its API; what is newer lives beside it. */
export const BASE = '/api/canvas/metrics'
