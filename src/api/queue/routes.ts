import { BASE } from '../http/base-path.ts'
import { get, type Route } from '../http/route.ts'
import { getQueue, queueStatusSchema } from './queue.ts'

export const QUEUE_ROUTES: readonly Route[] = [
  get(
    `${BASE}/queue`,
    {
      summary: 'How many syncs wait for workers and run, by source, and which workers live',
      parameters: {},
      answers: { 200: queueStatusSchema },
      all_users: true,
    },
    getQueue,
  ),
]
