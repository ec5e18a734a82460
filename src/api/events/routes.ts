import { EVENT_STREAM_MEDIA_TYPE, problemSchema } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { get, type Route } from '../http/route.ts'
import { EVENT_PARAMETERS } from './event-filter.ts'
import { liveEventSchema } from './event-schemas.ts'
import { followEvents } from './follow-events.ts'

export const EVENT_ROUTES: readonly Route[] = [
  get(
    `${BASE}/events`,
    {
      summary: 'What changes, as it happens, as server-sent events',
      parameters: EVENT_PARAMETERS,
      answers: { 429: problemSchema },
      streams: { [EVENT_STREAM_MEDIA_TYPE]: liveEventSchema },
    },
    followEvents,
  ),
]
