import { z } from 'zod'
import { JSON_MEDIA_TYPE, NDJSON_MEDIA_TYPE, problemSchema, type Answer } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { get, post, type Handler, type Parameters, type Route } from '../http/route.ts'
import { readAndForget } from './ingest-body.ts'
import { takeEvents } from './ingest-events.ts'
import { ingestEventListSchema, ingestEventSchema, ingestReportSchema } from './ingest-schemas.ts'
import { takePing, type Ping } from './pings.ts'

const TEXT_MEDIA_TYPE = 'text/plain; charset=utf-8'
const OK = new TextEncoder().encode('OK')
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

type PingInput = { slug: string; rid?: string | undefined; action?: string | undefined }

function pingOf({ slug, rid, action }: PingInput): Ping {
  const ping = { slug, run_id: rid ?? null }
  if (action === undefined || action === '0') return { ...ping, action: 'success' }
  if (action === 'start' || action === 'fail' || action === 'log') return { ...ping, action }
  return { ...ping, action: 'fail', error_message: `The job ended with exit code ${action}.` }
}

const answerPing: Handler<Parameters> = async (input, services, request) => {
  await readAndForget(request, MOST_PING_BYTES)
  const taken = await takePing(services, pingOf(input as PingInput), request.caller)
  return 'refused' in taken ? taken.refused : { status: 200, body: OK, media_type: TEXT_MEDIA_TYPE }
}

const check_in_error = 'one of in_progress, ok, error'
const CHECK_IN_PARAMETERS = {
  project: shortText('Any'),
  slug,
  key: shortText('The access token, or anything where none is needed').meta({ examples: ['key'] }),
  status: z
    .enum(['in_progress', 'ok', 'error'], { error: check_in_error })
    .meta({ description: check_in_error }),
  check_in_id: shortText('The run; without it, or all zeros: the newest that is running').optional(),
  environment: shortText('Kept with the sync').optional(),
}

/** Says as Sentry does that a check-in has no id of its own. */
const NO_ID = /^[0-]+$/

const checkInSchema = z.object({ id: z.string() }).meta({ title: 'CheckIn' })

type CheckInInput = {
  slug: string
  status: 'in_progress' | 'ok' | 'error'
  check_in_id?: string | undefined
  environment?: string | undefined
}

const answerCheckIn: Handler<Parameters> = async (input, services, request): Promise<Answer> => {
  await readAndForget(request, MOST_PING_BYTES)
  const { slug, status, check_in_id, environment } = input as CheckInInput
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
const ended = { ...description, parameters: { slug, rid }, answers: { 503: problemSchema } }
const told = { ...description, parameters: { slug, action, rid }, answers: { 503: problemSchema } }
const check_in = {
  ...description,
  texts: {},
  token_in_path: 'key',
  parameters: CHECK_IN_PARAMETERS,
  answers: { 202: checkInSchema, 503: problemSchema },
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
  post(CRON, { summary: 'A check-in as of Sentry Crons', ...check_in }, answerCheckIn),
]
