/**
 * By how much a promise of seconds may be exceeded where other things run at the same time, as on a machine that tests
 * for many. LONG_TESTS=1 wants a quiet machine, on which it is kept.
 */
export const PATIENCE: number = process.env['LONG_TESTS'] === '1' ? 1 : 5
