import { NOTIFICATION_KINDS, NOTIFICATION_STATES } from '../../../src/core/notification.ts'
import type { QueryValues } from '../data/api-client.ts'
import { KIND_WORDS, STATE_MARKS } from './notification-words.ts'

interface Choice {
  /** As it stands in the address; empty for what is shown without it. */
  readonly value: string
  readonly words: string
}

export const LOG_STATES: readonly Choice[] = [
  { value: '', words: 'any state' },
  ...NOTIFICATION_STATES.map((value) => ({ value, words: STATE_MARKS[value].words.toLowerCase() })),
]

export const LOG_KINDS: readonly Choice[] = [
  { value: '', words: 'any kind' },
  ...NOTIFICATION_KINDS.map((value) => ({ value, words: KIND_WORDS[value].toLowerCase() })),
]

const among = (choices: readonly Choice[], value: string | null): string =>
  choices.some((choice) => choice.value === value) ? (value ?? '') : ''

export interface NotificationFilters {
  readonly channel: string
  readonly state: string
  readonly kind: string
}

export const notificationFiltersOf = (address: URLSearchParams): NotificationFilters => ({
  channel: (address.get('channel') ?? '').slice(0, 50),
  state: among(LOG_STATES, address.get('state')),
  kind: among(LOG_KINDS, address.get('kind')),
})

export function queryOf({ channel, state, kind }: NotificationFilters): QueryValues {
  const given = (value: string): string | undefined => (value === '' ? undefined : value)
  return { channel: given(channel), state: given(state), kind: given(kind) }
}

export const isNarrowed = ({ channel, state, kind }: NotificationFilters): boolean =>
  channel !== '' || state !== '' || kind !== ''

/** The id of the notification that is opened; null when there is none. */
export function openedNotification(address: URLSearchParams): number | null {
  const text = address.get('notification') ?? ''
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}
