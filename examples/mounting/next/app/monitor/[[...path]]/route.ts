import { openMonitor } from '../../../monitor.ts'

export const dynamic = 'force-dynamic'

async function toMonitor(request: Request): Promise<Response> {
  const monitor = await openMonitor()
  return await monitor.fetch(request, { peer: '127.0.0.1' })
}

export { toMonitor as DELETE, toMonitor as GET, toMonitor as HEAD, toMonitor as POST, toMonitor as PUT }
