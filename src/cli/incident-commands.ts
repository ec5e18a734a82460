import type { CommandEntry } from './command-entry.ts'

/** What is wrong, and what is done about it. */
export const INCIDENT_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'incidents list',
    summary: 'what is wrong now; with --state, what was',
    load: async () => (await import('./commands/incidents/incidents.ts')).incidentsList,
  },
  {
    name: 'incidents show',
    summary: 'one incident: what broke, why, what to do, and what was done',
    load: async () => (await import('./commands/incidents/incidents.ts')).incidentsShow,
  },
  {
    name: 'incidents rules',
    summary: 'how the rules are set, what they have open, and what they say of a user now',
    load: async () => (await import('./commands/incidents/incidents-rules.ts')).incidentsRules,
  },
  {
    name: 'incidents ack',
    summary: 'say that somebody is working on an incident: no more reminders',
    load: async () => (await import('./commands/incidents/incidents.ts')).incidentsAck,
  },
  {
    name: 'incidents mute',
    summary: 'tell nobody of an incident for a while',
    load: async () => (await import('./commands/incidents/incidents.ts')).incidentsMute,
  },
  {
    name: 'incidents unmute',
    summary: 'end the muting of an incident',
    load: async () => (await import('./commands/incidents/incidents.ts')).incidentsUnmute,
  },
  {
    name: 'incidents resolve',
    summary: 'call an incident resolved: a newer sync that fails opens it again',
    load: async () => (await import('./commands/incidents/incidents.ts')).incidentsResolve,
  },
]
