import { BASE } from '../http/base-path.ts'
import { get, type Route } from '../http/route.ts'
import { systemInfoSchema } from './system-schemas.ts'
import { getSystem } from './system.ts'

export const SYSTEM_ROUTES: readonly Route[] = [
  get(
    `${BASE}/system`,
    {
      summary: 'The server, its database and what it keeps',
      strict: true,
      all_users: true,
      parameters: {},
      answers: { 200: systemInfoSchema },
    },
    getSystem,
  ),
]
