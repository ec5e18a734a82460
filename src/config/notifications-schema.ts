import { z } from 'zod'
import { DURATION_FORMS, parseDuration } from '../core/duration-text.ts'
import {
  INCIDENT_RULES,
  INCIDENT_SEVERITIES,
  type IncidentRule,
  type IncidentSeverity,
} from '../core/incident.ts'
import { mayBeAsked } from '../delivery/channels/safe-address.ts'

interface GivenCommon {
  readonly fallback?: string | undefined
}
interface GivenSlack extends GivenCommon {
  readonly kind: 'slack'
  readonly token?: string | undefined
  readonly webhook_url?: string | undefined
  readonly channel?: string | undefined
}
interface GivenMail extends GivenCommon {
  readonly kind: 'mail'
  readonly smtp_url?: string | undefined
  readonly from?: string | undefined
  readonly to?: readonly string[] | undefined
}
interface GivenWebhook extends GivenCommon {
  readonly kind: 'webhook'
  readonly url: string
  readonly secret: string
  readonly allow_hosts: readonly string[]
}
interface GivenStdout extends GivenCommon {
  readonly kind: 'stdout'
  readonly format: 'json' | 'text'
}
export type GivenChannel = GivenSlack | GivenMail | GivenWebhook | GivenStdout

type OneOrMore<Value> = readonly Value[] | undefined

export interface GivenRoute {
  readonly match?:
    | {
        readonly severity?: OneOrMore<IncidentSeverity>
        readonly rule?: OneOrMore<IncidentRule>
        readonly sync_type?: OneOrMore<string>
        readonly user_id?: OneOrMore<string>
        readonly source_id?: OneOrMore<number>
        readonly host?: OneOrMore<string>
        readonly schedule?: OneOrMore<string>
        readonly owner?: OneOrMore<string>
      }
    | undefined
  readonly channels: readonly string[]
  /** Milliseconds. */
  readonly repeat?: number | undefined
  readonly stop?: boolean | undefined
}

/** The section `notifications` of a configuration file, checked; durations in milliseconds. */
export interface GivenNotifications {
  readonly channels?: Readonly<Record<string, GivenChannel>> | undefined
  readonly routes?: readonly GivenRoute[] | undefined
  readonly group_wait?: number | undefined
  readonly group_interval?: number | undefined
  readonly repeat?: number | undefined
  readonly fallback_after?: number | undefined
}

const text = (longest: number): z.ZodString =>
  z.string('must be text').trim().min(1, 'must not be empty').max(longest, 'is too long')
const unknownKey = (issue: { readonly code?: string; readonly keys?: readonly string[] }): string =>
  issue.code === 'unrecognized_keys'
    ? `has no setting "${issue.keys?.[0] ?? ''}"`
    : 'must be an object of settings'

const duration = z
  .string(`must be ${DURATION_FORMS}`)
  .refine((given) => parseDuration(given) !== null, `must be ${DURATION_FORMS}`)
  .transform((given) => parseDuration(given) ?? 0)

const NAME_RULE = 'must be 1 to 50 characters of a-z, 0-9, _ and -'
const channelName = z.string(NAME_RULE).regex(/^[a-z0-9][a-z0-9_-]{0,49}$/, NAME_RULE)

/** Neither a space nor a line break: what is to be one address must not become two, or a header. */
export const ADDRESS: RegExp = /^[^\s@<>,;:"\\()[\]]{1,100}@[^\s@<>,;:"\\()[\]]{1,150}$/
const ADDRESS_RULE = 'must be an e-mail address such as ops@example.edu'
const address = z.string(ADDRESS_RULE).trim().regex(ADDRESS, ADDRESS_RULE)
export const addresses: z.ZodType<string[]> = z.preprocess(
  (given) => (typeof given === 'string' ? given.split(',') : given),
  z
    .array(address, `${ADDRESS_RULE}, or several with commas between them`)
    .min(1, 'must not be empty')
    .max(100),
)
const FROM_RULE = 'must be an e-mail address, or a name and one: Canvas sync <monitor@example.edu>'
export const sender: z.ZodType<string> = z
  .string(FROM_RULE)
  .trim()
  .refine((given) => {
    const [, inside] = /^[^<>\r\n"\\]{0,100}<([^<>]+)>$/.exec(given) ?? []
    return ADDRESS.test(inside ?? given)
  }, FROM_RULE)

const SMTP_RULE = 'must be an address such as smtps://user:password@mail.example.edu'
export const smtpUrl: z.ZodType<string> = z
  .string(SMTP_RULE)
  .trim()
  .refine((given) => {
    const url = URL.parse(given)
    return (
      url !== null && ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname !== '' && isDecodable(url)
    )
  }, SMTP_RULE)

function isDecodable({ username, password }: URL): boolean {
  try {
    return decodeURIComponent(username + password) !== undefined
  } catch {
    return false
  }
}

const BOT_RULE = 'must be the token of a Slack bot: xoxb-…'
export const botToken: z.ZodType<string> = z
  .string(BOT_RULE)
  .trim()
  .regex(/^xox[a-z]-[\w-]{5,300}$/, BOT_RULE)
const HOOK_RULE = 'must be an incoming webhook of Slack: https://hooks.slack.com/services/…'
export const slackWebhook: z.ZodType<string> = z
  .string(HOOK_RULE)
  .trim()
  .refine((given) => {
    const url = URL.parse(given)
    if (url === null || url.protocol !== 'https:') return false
    return url.hostname === 'hooks.slack.com' || url.hostname === 'hooks.slack-gov.com'
  }, HOOK_RULE)
const SLACK_CHANNEL_RULE = 'must be the name or the id of a Slack channel: #canvas-sync-alerts'
export const slackChannel: z.ZodType<string> = z
  .string(SLACK_CHANNEL_RULE)
  .trim()
  .regex(/^#?[\p{L}\p{N}_-]{1,80}$/u, SLACK_CHANNEL_RULE)

const common = { fallback: channelName.optional() }
const CHANNEL = z.discriminatedUnion(
  'kind',
  [
    z.strictObject(
      {
        kind: z.literal('slack'),
        token: botToken.optional(),
        webhook_url: slackWebhook.optional(),
        channel: slackChannel.optional(),
        ...common,
      },
      { error: unknownKey },
    ),
    z.strictObject(
      {
        kind: z.literal('mail'),
        smtp_url: smtpUrl.optional(),
        from: sender.optional(),
        to: addresses.optional(),
        ...common,
      },
      { error: unknownKey },
    ),
    z
      .strictObject(
        {
          kind: z.literal('webhook'),
          url: z
            .string('must be an address')
            .refine((given) => isWebhook(given), 'must be an http:// or https:// address'),
          secret: z.string('must be text').min(16, 'must have 16 characters or more').max(200, 'is too long'),
          allow_hosts: z.array(text(255), 'must be a list of host names').max(50).default([]),
          ...common,
        },
        { error: unknownKey },
      )
      .refine(({ url, allow_hosts }) => !isWebhook(url) || mayBeAsked(new URL(url), allow_hosts), {
        message: 'is not of the open Internet: name its host in allow_hosts to allow it',
        path: ['url'],
      }),
    z.strictObject(
      {
        kind: z.literal('stdout'),
        format: z.enum(['json', 'text'], 'must be json or text').default('json'),
        ...common,
      },
      { error: unknownKey },
    ),
  ],
  'must have a kind: slack, mail, webhook or stdout',
)

function isWebhook(given: string): boolean {
  const url = URL.parse(given)
  return (
    url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === ''
  )
}

const listOf = <One extends z.ZodType>(one: One): z.ZodType<z.output<One>[] | undefined> =>
  z.preprocess(
    (given) => (given === undefined || Array.isArray(given) ? given : [given]),
    z.array(one).min(1).max(500).optional(),
  )
const words = listOf(text(255))
const MATCH = z
  .strictObject(
    {
      severity: listOf(z.enum(INCIDENT_SEVERITIES, `must be of ${INCIDENT_SEVERITIES.join(', ')}`)),
      rule: listOf(z.enum(INCIDENT_RULES, `must be of ${INCIDENT_RULES.join(', ')}`)),
      sync_type: words,
      user_id: listOf(z.union([z.int(), text(255)], 'must be user ids').transform(String)),
      source_id: listOf(z.int('must be ids of sources')),
      host: words,
      schedule: words,
      owner: words,
    },
    { error: unknownKey },
  )
  .partial()

const ROUTE = z.strictObject(
  {
    match: MATCH.optional(),
    channels: z.array(channelName, 'must be a list of names of channels').min(1, 'must not be empty').max(50),
    repeat: duration.optional(),
    stop: z.boolean('must be true or false').optional(),
  },
  { error: unknownKey },
)

export const NOTIFICATIONS: z.ZodType<GivenNotifications> = z
  .strictObject(
    {
      channels: z.record(channelName, CHANNEL, 'must be names and channels'),
      routes: z.array(ROUTE, 'must be a list of routes').max(500),
      group_wait: duration,
      group_interval: duration,
      repeat: duration,
      fallback_after: duration,
    },
    { error: unknownKey },
  )
  .partial()
