import { problemSchema } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { LINK_HEADER } from '../http/page-links.ts'
import { get, post, type Route } from '../http/route.ts'
import {
  channelListSchema,
  channelName,
  getChannels,
  getNotification,
  getNotifications,
  NOTIFICATION_LIST_PARAMETERS,
  notificationDetailsSchema,
  notificationId,
  notificationListSchema,
  testChannel,
  testedChannelSchema,
} from './notifications.ts'

export const NOTIFICATION_ROUTES: readonly Route[] = [
  get(
    `${BASE}/notifications`,
    {
      summary: 'The delivery log: what was told to which channel, and how it went, the newest first',
      parameters: NOTIFICATION_LIST_PARAMETERS,
      answers: { 200: notificationListSchema },
      headers: { 200: LINK_HEADER },
      all_users: true,
    },
    getNotifications,
  ),
  get(
    `${BASE}/notifications/{notification_id}`,
    {
      summary: 'One notification, and how each attempt to send it went',
      parameters: { notification_id: notificationId },
      answers: { 200: notificationDetailsSchema, 404: problemSchema },
      all_users: true,
    },
    getNotification,
  ),
  get(
    `${BASE}/channels`,
    {
      summary: 'The channels of notifications and how it stands with them',
      parameters: {},
      answers: { 200: channelListSchema },
      all_users: true,
    },
    getChannels,
  ),
  post(
    `${BASE}/channels/{name}/test`,
    {
      summary: 'Send a test to a channel, by the way that every message takes',
      parameters: { name: channelName },
      answers: { 202: testedChannelSchema, 404: problemSchema },
    },
    testChannel,
  ),
]
