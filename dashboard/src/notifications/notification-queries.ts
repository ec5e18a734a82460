import type {
  ChannelList,
  NotificationDetails,
  NotificationList,
  TestedChannel,
} from '../../../src/api/notifications/notifications.ts'
import { addressOf, askJson, type QueryValues } from '../data/api-client.ts'
import { asked, askedPages, type Asking, type AskingPages } from '../data/asked.ts'

/** Notifications on one page of the log. */
const PAGE = 50
/** What is sent is told by no event. */
const AGAIN_MS = 10_000

const own = { follows_syncs: false }

interface Again {
  readonly refetchInterval: number
}
const again: Again = { refetchInterval: AGAIN_MS }

export const channelsQuery = (): Asking<ChannelList> & Again => ({
  ...asked('channels', '/channels', {}, own),
  ...again,
})
export const notificationPagesQuery = (values: QueryValues): AskingPages<NotificationList> & Again => ({
  ...askedPages('notifications', '/notifications', { ...values, limit: PAGE }, own),
  ...again,
})
export const notificationQuery = (id: number): Asking<NotificationDetails> =>
  asked('notification', `/notifications/${id}`, {}, own)

/** Puts a test into the outbox; returns its id. */
export async function testChannel(name: string): Promise<number> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  const path = `/channels/${encodeURIComponent(name)}/test`
  return (await askJson<TestedChannel>(addressOf(path), init)).notification_id
}
