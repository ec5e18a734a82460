import type { z } from 'zod'
import { problemSchema } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { LINK_HEADER } from '../http/page-links.ts'
import { days, wholeNumber } from '../http/parameters.ts'
import { get, post, type Route } from '../http/route.ts'
import {
  deciding,
  errorGroupOutcomeSchema,
  muteErrorGroup,
  muteReason,
  muteUntil,
} from './error-decisions.ts'
import { errorGroupDetailsSchema, getErrorGroup } from './error-details.ts'
import { ERROR_LIST_PARAMETERS, errorGroupListSchema, getErrorGroups } from './error-list.ts'

const id: z.ZodType<number> = wholeNumber(1, Number.MAX_SAFE_INTEGER).meta({
  description: 'The id of the group of errors',
})
const decided = { 200: errorGroupOutcomeSchema, 404: problemSchema }

export const ERROR_ROUTES: readonly Route[] = [
  get(
    `${BASE}/errors`,
    {
      summary: 'The errors that syncs ended with, those alike together',
      parameters: ERROR_LIST_PARAMETERS,
      answers: { 200: errorGroupListSchema },
      headers: { 200: LINK_HEADER },
    },
    getErrorGroups,
  ),
  get(
    `${BASE}/errors/{id}`,
    {
      summary: 'One group of errors: whom it touches, the errors of its courses, what was decided about it',
      parameters: { id, days: days(7) },
      answers: { 200: errorGroupDetailsSchema, 404: problemSchema },
    },
    getErrorGroup,
  ),
  post(
    `${BASE}/errors/{id}/mute`,
    {
      summary: 'Mute a group of errors for a while',
      parameters: { id, until: muteUntil, reason: muteReason },
      answers: decided,
    },
    muteErrorGroup,
  ),
  post(
    `${BASE}/errors/{id}/unmute`,
    { summary: 'End the muting of a group of errors', parameters: { id }, answers: decided },
    deciding('unmuted'),
  ),
  post(
    `${BASE}/errors/{id}/resolve`,
    {
      summary: 'Call a group of errors resolved: a sync that starts later and has it brings it back',
      parameters: { id },
      answers: decided,
    },
    deciding('resolved'),
  ),
  post(
    `${BASE}/errors/{id}/reopen`,
    { summary: 'Take back that a group of errors is resolved', parameters: { id }, answers: decided },
    deciding('reopened'),
  ),
]
