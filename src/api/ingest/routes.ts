import { z } from 'zod'
import { JSON_MEDIA_TYPE, NDJSON_MEDIA_TYPE, problem, problemSchema, type Answer } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { get, post, type Handler, type Parameters, type RequestFacts, type Route } from '../http/route.ts'
import { badParameter } from '../http/parameters.ts'
import { CHECK_IN_STATUSES, checkInBodySchema, readCheckIn, type CheckInStatus } from './check-in-body.ts'
import { readAndForget, readSmall } from './ingest-body.ts'
import type { ApiServices } from '../services.ts'
import { takeEvents } from './ingest-events.ts'
import { ingestEventListSchema, ingestEventSchema, ingestReportSchema } from './ingest-schemas.ts'
import { declareByPing, ofHealthchecks, ofSentry, type PingSchedule } from './ping-schedules.ts'
import { takePing, type Ping } from './pings.ts'

const TEXT_MEDIA_TYPE = 'text/plain; charset=utf-8'
/** As Healthchecks answers. */
const OK = new TextEncoder().encode('OK')
const CREATED = new TextEncoder().encode('Created')
/** As much as Healthchecks keeps; ours is thrown away. */
const MOST_PING_BYTES = 100_000
const NAME_LENGTH = 100

function shortText(description: string): z.ZodType<string> {
  const error = `1 to ${NAME_LENGTH} characters without a null character`
  return z
    .string({ error })
    .min(1, { error })
    .max(NAME_LENGTH, { error })
    .refine((text) => !text.includes('\0') && text.isWellFormed(), { error })
    .meta({ description })
}

const slug_error = `1 to ${NAME_LENGTH} characters without a colon or a null character`
const slug = shortText('The job')
  .refine((text) => !text.includes(':'), { error: slug_error })
  .meta({ description: 'The job: the type of its syncs' })
const rid = shortText('The run, so that its end finds its start').optional()

const action_error = 'start, fail, log or an exit code from 0 to 255'
const action = z
  .string({ error: action_error })
  .regex(/^(?:start|fail|log|\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/, { error: action_error })
  .meta({ description: action_error, examples: ['start'] })

type PingInput = PingSchedule & { slug: string; rid?: string | undefined; action?: string | undefined }

function pingOf({ slug, rid, action }: PingInput): Ping {
  const ping = { slug, run_id: rid ?? null }
  if (action === undefined || action === '0') return { ...ping, action: 'success' }
  if (action === 'start' || action === 'fail' || action === 'log') return { ...ping, action }
  return { ...ping, action: 'fail', error_message: `The job ended with exit code ${action}.` }
}

const answerPing: Handler<Parameters> = async (input, services, request) => {
  await readAndForget(request, MOST_PING_BYTES)
  const given = input as unknown as PingInput
  const taken = await takePing(services, pingOf(given), request.caller)
  if ('refused' in taken) return taken.refused
  const schedule = ofHealthchecks(given)
  const declared = schedule === null ? null : await declareByPing(services, given.slug, schedule, request)
  if (declared === 'created') return { status: 201, body: CREATED, media_type: TEXT_MEDIA_TYPE }
  return declared ?? { status: 200, body: OK, media_type: TEXT_MEDIA_TYPE }
}

const check_in_error = 'one of in_progress, ok, error'
const CHECK_IN_PARAMETERS = {
  project: shortText('Any'),
  slug,
  key: shortText('The access token, or anything where none is needed').meta({ examples: ['key'] }),
  status: z.enum(CHECK_IN_STATUSES, { error: check_in_error }).meta({ description: check_in_error }),
  check_in_id: shortText('The run; without it, or all zeros: the newest that is running').optional(),
  environment: shortText('Kept with the sync').optional(),
}

/** Says as Sentry does that a check-in has no id of its own. */
const NO_ID = /^[0-]+$/

const checkInSchema = z.object({ id: z.string() }).meta({ title: 'CheckIn' })

type CheckInInput = {
  slug: string
  status: CheckInStatus
  check_in_id?: string | undefined
  environment?: string | undefined
}

const answerCheckIn: Handler<Parameters> = async (input, services, request): Promise<Answer> => {
  await readAndForget(request, MOST_PING_BYTES)
  return await takeCheckIn(input as CheckInInput, services, request)
}

/** What the body says counts where the address says nothing. */
const answerCheckInBody: Handler<Parameters> = async (input, services, request): Promise<Answer> => {
  const bytes = await readSmall(request, MOST_PING_BYTES)
  const body = readCheckIn(bytes, request.headers.get('content-type'))
  const { status, ...given } = input as Omit<CheckInInput, 'status'> & { status?: CheckInStatus }
  const said = body === 'wrong' ? {} : body
  const known = status ?? said.status
  if (known === undefined) return badParameter('status', check_in_error)
  const { check_in_id = said.check_in_id, environment = said.environment, slug } = given
  const answer = await takeCheckIn({ slug, status: known, check_in_id, environment }, services, request)
  if (answer.status >= 400) return answer
  if (body === 'wrong') {
    return problem(
      400,
      'The check-in was taken, its body was not: the monitor_config is not as of Sentry Crons.',
    )
  }
  if (body.monitor_config === undefined) return answer
  const schedule = { given: ofSentry(body.monitor_config), only_new: false }
  const declared = await declareByPing(services, slug, schedule, request)
  return declared === null || declared === 'created' ? answer : declared
}

async function takeCheckIn(
  { slug, status, check_in_id, environment }: CheckInInput,
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const ping: Ping = {
    slug,
    action: status === 'in_progress' ? 'start' : status === 'ok' ? 'success' : 'fail',
    run_id: check_in_id === undefined || NO_ID.test(check_in_id) ? null : check_in_id,
    ...(environment === undefined ? {} : { environment }),
  }
  const taken = await takePing(services, ping, request.caller)
  return 'refused' in taken ? taken.refused : { status: 202, body: { id: taken.run_id } }
}

const description = {
  access: 'ingest',
  reads_body: true,
  secret: true,
  texts: { 'text/plain': 'OK' },
  body: { 'text/plain': z.string().meta({ description: 'Read and thrown away', examples: ['done'] }) },
} as const
/** Never refused before the ping is taken: a start counts, whatever is wrong with its schedule. */
const about = (description: string, example: string): z.ZodType<string | undefined> =>
  z
    .string({ error: 'text' })
    .optional()
    .meta({ description, examples: [example] })
const when = {
  create: about('`1` makes a schedule of the slug when there is none: once a day, an hour of margin', '1'),
  schedule: about('Makes or changes the schedule of the slug: a cron expression', '0 2 * * *'),
  timeout: about('Instead of it: the longest time between two runs, in seconds or as 6h', '6h'),
  grace: about('How late a run may start, in seconds or as 15m', '15m'),
  tz: about('IANA name of the zone of the schedule; default UTC', 'Europe/Zurich'),
}
const created_texts = { 'text/plain': 'A schedule was made of it' }
const ended = {
  ...description,
  created_texts,
  parameters: { slug, rid, ...when },
  answers: { 503: problemSchema },
}
const told = {
  ...description,
  created_texts,
  parameters: { slug, action, rid, ...when },
  answers: { 503: problemSchema },
}
const check_in = {
  ...description,
  texts: {},
  token_in_path: 'key',
  parameters: CHECK_IN_PARAMETERS,
  answers: { 202: checkInSchema, 503: problemSchema },
}
const check_in_body = {
  ...check_in,
  body: { [JSON_MEDIA_TYPE]: checkInBodySchema },
  parameters: { ...CHECK_IN_PARAMETERS, status: CHECK_IN_PARAMETERS.status.optional() },
}
const CRON = '/api/{project}/cron/{slug}/{key}/'

export const INGEST_ROUTES: readonly Route[] = [
  post(
    `${BASE}/ingest`,
    {
      summary: 'Reports what syncs do that run elsewhere',
      access: 'ingest',
      reads_body: true,
      parameters: {},
      body: { [NDJSON_MEDIA_TYPE]: ingestEventSchema, [JSON_MEDIA_TYPE]: ingestEventListSchema },
      answers: {
        200: ingestReportSchema,
        413: problemSchema,
        415: problemSchema,
        422: ingestReportSchema,
        503: problemSchema,
      },
    },
    takeEvents,
  ),
  get('/ping/{slug}', { summary: 'A run of a job has ended well', ...ended }, answerPing),
  post('/ping/{slug}', { summary: 'A run of a job has ended well', ...ended }, answerPing),
  get('/ping/{slug}/{action}', { summary: 'A run of a job starts, lives or ends', ...told }, answerPing),
  post('/ping/{slug}/{action}', { summary: 'A run of a job starts, lives or ends', ...told }, answerPing),
  get(CRON, { summary: 'A check-in as of Sentry Crons', ...check_in }, answerCheckIn),
  post(CRON, { summary: 'A check-in as of Sentry Crons', ...check_in_body }, answerCheckInBody),
]
