import type { Letter } from '../../../src/delivery/channel.ts'
import { incidentMessage } from '../../../src/delivery/incident-message.ts'
import type { Message } from '../../../src/delivery/message.ts'
import { incidentOf, testWords } from './fake-incidents.ts'

export const NOW: number = Date.UTC(2026, 10, 22, 10, 15)
export const HOSTILE = '<!channel> <https://x|ok> *b* & :fire: `c` @here'

export function messageOf(given: Partial<Message> = {}): Message {
  const incident = incidentOf(7, NOW)
  const place = {
    words: testWords,
    public_url: 'https://monitor.example.edu',
    time_zone: 'Europe/Zurich',
    now: NOW,
  }
  return { ...incidentMessage([{ incident, as: 'opening' }], place), ...given }
}

export function letterOf(given: Partial<Letter> = {}): Letter {
  return {
    id: 'csm-7-abc',
    message: messageOf(),
    created_at: NOW,
    reference: null,
    progress: null,
    signal: AbortSignal.timeout(5000),
    ...given,
  }
}

/** Every text of a message is this. */
export function messageSaying(text: string, count = 1): Message {
  const section = { title: text, tone: 'bad', facts: [{ label: 'Whose data', value: text }] } as const
  const sections = Array.from({ length: count }, () => section)
  return messageOf({ title: text, summary: text, sections, more: text })
}
