import { STATUS_CODES } from 'node:http'
import { STARTING_PATHS } from '../starting-api.ts'
import { PROBLEM_MEDIA_TYPE, problemSchema, type Problem } from './answer.ts'
import { BASE } from './base-path.ts'
import { reference, type JsonObject } from './openapi-schemas.ts'
import { takesBody, type Route } from './route.ts'

interface ProblemFacts {
  readonly name: string
  readonly when: string
  /** An example of `error`. */
  readonly error: string
  readonly headers?: readonly string[]
}

/** What errors mean, whichever route gives them. */
const PROBLEMS: Readonly<Record<number, ProblemFacts>> = {
  400: {
    name: 'BadRequest',
    when: 'A parameter or the body is not as it must be; `parameter` names it.',
    error: 'The parameter "days" must be a whole number from 1 to 3650.',
  },
  401: {
    name: 'Unauthorized',
    when: 'There is no valid token and no session.',
    error: 'A valid token is needed.',
    headers: ['WWW-Authenticate'],
  },
  403: {
    name: 'Forbidden',
    when: 'The token does not allow it, or a page of another site asks.',
    error: 'The token does not allow this.',
  },
  404: { name: 'NotFound', when: 'There is no such thing.', error: 'Sync metrics not found' },
  409: {
    name: 'Conflict',
    when: 'It is being done already, or was done otherwise.',
    error: 'One is running already.',
  },
  413: {
    name: 'ContentTooLarge',
    when: 'The body is too large.',
    error: 'The request body must not be larger.',
  },
  415: {
    name: 'UnsupportedMediaType',
    when: 'The body is of another media type.',
    error: 'Send the parameters in the query, or as a JSON object with its content type.',
  },
  421: {
    name: 'MisdirectedRequest',
    when: 'The server does not answer for the host name of the request.',
    error: 'This server does not answer for the host name of the request.',
  },
  422: {
    name: 'UnprocessableContent',
    when: 'It is well-formed but cannot be done.',
    error: 'This cannot be done.',
  },
  429: {
    name: 'TooManyRequests',
    when: 'The limit is reached; `Retry-After` says how long to wait.',
    error: 'Too many requests.',
    headers: ['Retry-After'],
  },
  500: {
    name: 'InternalServerError',
    when: 'It is our fault; `request_id` names the entry in the log of the server.',
    error: 'The server could not answer this request.',
  },
  503: {
    name: 'ServiceUnavailable',
    when: 'The server is starting or stopping, or its database does not answer now.',
    error: 'The server is starting.',
    headers: ['Retry-After'],
  },
}

/** The statuses of the errors that a route can give besides those that its row names. */
export function problemStatuses(route: Route): number[] {
  const takes_body = takesBody(route)
  return [
    400,
    ...(route.access === 'public' ? [] : [401]),
    ...(route.access === 'public' || route.access === 'any' ? [] : [403]),
    ...(takes_body || route.streams !== undefined ? [403] : []),
    ...(takes_body && !throwsBodyAway(route) ? [413, 415] : []),
    ...(STARTING_PATHS.has(route.path) ? [] : [503]),
    421,
    429,
    500,
  ]
}

/** Whether it reads the body itself and names no limit: what it cannot use is thrown away. */
function throwsBodyAway({ reads_body, answers }: Route): boolean {
  return reads_body === true && answers[413] === undefined
}

export function problemReference(status: number): JsonObject {
  return { $ref: `#/components/responses/${factsOf(status).name}` }
}

/** A component for each status. */
export function problemResponses(statuses: Iterable<number>): Record<string, JsonObject> {
  const responses: Record<string, JsonObject> = {}
  for (const status of new Set([...statuses].sort((a, b) => a - b))) {
    const { name, when, headers = [] } = factsOf(status)
    const references = headers.map((header) => [header, { $ref: `#/components/headers/${header}` }] as const)
    responses[name] = {
      description: when,
      ...(headers.length === 0 ? {} : { headers: Object.fromEntries(references) }),
      content: {
        [PROBLEM_MEDIA_TYPE]: { schema: reference(problemSchema), example: exampleOfProblem(status) },
      },
    }
  }
  return responses
}

function factsOf(status: number): ProblemFacts {
  const title = STATUS_CODES[status] ?? 'Error'
  return PROBLEMS[status] ?? { name: title.replaceAll(/\W/g, ''), when: `${title}.`, error: `${title}.` }
}

function exampleOfProblem(status: number): Problem {
  const { error } = factsOf(status)
  const title = STATUS_CODES[status] ?? 'Error'
  const members = { type: 'about:blank', title, status, detail: error, instance: `${BASE}/sync/1284`, error }
  if (status === 400) return { ...members, instance: `${BASE}/summary`, parameter: 'days' }
  return status === 500 ? { ...members, request_id: '7f4c2a1e-93d5-4b7e-8a06-1c5d0e9f2b34' } : members
}
