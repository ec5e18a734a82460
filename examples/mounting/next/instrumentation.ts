/** When the server of Next starts: lost syncs are found and alerts go out also while nobody opens a page. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return
  const { openMonitor } = await import('./monitor.ts')
  await openMonitor()
}
