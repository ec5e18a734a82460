import { problemSchema } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { LINK_HEADER } from '../http/page-links.ts'
import { get, post, type Route } from '../http/route.ts'
import {
  DECIDED,
  deciding,
  incidentMuteUntil,
  incidentReason,
  muteIncident,
  pathId,
  resolveIncident,
} from './incident-decisions.ts'
import {
  getIncident,
  getIncidents,
  INCIDENT_LIST_PARAMETERS,
  incidentDetailsSchema,
  incidentListSchema,
} from './incident-list.ts'
import { getIncidentRules, incidentRulesSchema } from './incident-rules.ts'

export const INCIDENT_ROUTES: readonly Route[] = [
  get(
    `${BASE}/incidents`,
    {
      summary: 'What is wrong now and what was, the newest first',
      parameters: INCIDENT_LIST_PARAMETERS,
      answers: { 200: incidentListSchema },
      headers: { 200: LINK_HEADER },
    },
    getIncidents,
  ),
  get(
    `${BASE}/incidents/rules`,
    {
      summary: 'The rules that open incidents: how they are set, and how many each has open',
      parameters: {},
      all_users: true,
      answers: { 200: incidentRulesSchema },
    },
    getIncidentRules,
  ),
  get(
    `${BASE}/incidents/{id}`,
    {
      summary: 'One incident: what it is about, and what happened to it',
      parameters: { id: pathId },
      answers: { 200: incidentDetailsSchema, 404: problemSchema },
    },
    getIncident,
  ),
  post(
    `${BASE}/incidents/{id}/acknowledge`,
    {
      summary: 'Acknowledge an incident: somebody looks after it',
      parameters: { id: pathId },
      answers: DECIDED,
    },
    deciding('acknowledged'),
  ),
  post(
    `${BASE}/incidents/{id}/mute`,
    {
      summary: 'Mute an incident for a while',
      parameters: { id: pathId, until: incidentMuteUntil, reason: incidentReason },
      answers: DECIDED,
    },
    muteIncident,
  ),
  post(
    `${BASE}/incidents/{id}/unmute`,
    { summary: 'End the muting of an incident', parameters: { id: pathId }, answers: DECIDED },
    deciding('unmuted'),
  ),
  post(
    `${BASE}/incidents/{id}/resolve`,
    {
      summary: 'Call an incident resolved: a newer sync that fails in the same way opens it again',
      parameters: { id: pathId, reason: incidentReason },
      answers: DECIDED,
    },
    resolveIncident,
  ),
]
