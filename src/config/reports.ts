import { z } from 'zod'
import { MonitorError } from '../core/errors.ts'
import type { DeliveryConfig } from '../delivery/delivery-config.ts'
import { addresses } from './notifications-schema.ts'
import type { ReportAddress } from '../reports/report-post.ts'
import { reportTimes, type ReportTimeOptions } from '../reports/report-times.ts'
import type { ReportTimes } from '../reports/report-watch.ts'

/** Who gets reports, and when. */
export interface ReportsConfig {
  /** Mail addresses; nobody by default. */
  readonly report_recipients: readonly string[]
  /** When each is due, and the channels besides mail. Only in a configuration file. */
  readonly reports: GivenReports
}

/** The section `reports` of a configuration file. */
export interface GivenReports extends ReportTimeOptions {
  /** Names of channels that get them too. Default: `slack` where there is one. */
  readonly channels?: readonly string[] | undefined
}

export const REPORTS_DEFAULTS: ReportsConfig = { report_recipients: [], reports: {} }

interface Names {
  readonly environment: string | null
  readonly flag: string | null
  readonly example: string
}

export const REPORTS_NAMES: Readonly<Record<keyof ReportsConfig, Names>> = {
  report_recipients: { environment: 'REPORT_RECIPIENTS', flag: null, example: 'ops@example.edu' },
  reports: {
    environment: null,
    flag: null,
    example: '{ "daily": "08:00", "weekly": "Mon 09:00", "monthly": false }',
  },
}

/** Addresses are of people: a wrong one is not repeated. */
export const REPORTS_SECRETS: readonly (keyof ReportsConfig)[] = ['report_recipients']

const time = z
  .union([z.string(), z.literal(false)], 'must be a time such as Mon 09:00, or false for none')
  .optional()

export const REPORTS_SCHEMA: Readonly<Record<keyof ReportsConfig, z.ZodType>> = {
  report_recipients: addresses,
  reports: z
    .strictObject(
      {
        daily: time,
        weekly: time,
        monthly: time,
        channels: z
          .array(z.string('must be a name of a channel'), 'must be a list of names of channels')
          .max(50)
          .optional(),
      },
      {
        error: (issue) =>
          issue.code === 'unrecognized_keys'
            ? `has no setting "${issue.keys[0] ?? ''}"`
            : 'must be an object of settings',
      },
    )
    .superRefine((given, context) => {
      try {
        reportTimes(given)
      } catch (error) {
        const message = error instanceof MonitorError ? error.message : 'it is not valid'
        context.addIssue({ code: 'custom', message: `is refused: ${message.replace(/\.$/, '')}` })
      }
    }),
}

/** When reports are sent, and to whom. */
export interface ReportSettings {
  readonly times: ReportTimes
  readonly addresses: readonly ReportAddress[]
}

const SLACK = 'slack'
const MAIL = 'mail'

/**
 * Who gets reports by the channels there are; null where nobody does.
 *
 * @throws MonitorError `config_invalid` when there is no such channel, or none for mail
 */
export function reportSettings(
  { report_recipients, reports }: ReportsConfig,
  delivery: DeliveryConfig | null,
): ReportSettings | null {
  const known = delivery?.channels ?? []
  const by_mail =
    known.find(({ kind, name }) => kind === MAIL && name === MAIL) ?? known.find(({ kind }) => kind === MAIL)
  if (report_recipients.length > 0 && by_mail === undefined) {
    throw new MonitorError('config_invalid', 'There are recipients of reports, and no mail server.', {
      next_step: 'Set SMTP_URL too.',
    })
  }
  const names = reports.channels ?? known.filter(({ name }) => name === SLACK).map(({ name }) => name)
  const addressed = names.flatMap((name): ReportAddress[] => {
    const channel = known.find((each) => each.name === name)
    if (channel === undefined) throw unknownChannel(name)
    // Each gets one of its own, with a way out of its own.
    return channel.kind === MAIL
      ? channel.to.map((address) => ({ channel: name, address }))
      : [{ channel: name, address: null }]
  })
  const recipients = report_recipients.map((address) => ({ channel: by_mail?.name ?? MAIL, address }))
  const all = distinct([...recipients, ...addressed])
  return all.length === 0 ? null : { times: reportTimes(reports), addresses: all }
}

/** An address that stands in two lists gets one report. */
function distinct(all: readonly ReportAddress[]): ReportAddress[] {
  const keyOf = ({ channel, address }: ReportAddress): string =>
    address?.toLowerCase() ?? `channel ${channel}`
  return [...new Map(all.toReversed().map((each) => [keyOf(each), each])).values()].toReversed()
}

const unknownChannel = (name: string): MonitorError =>
  new MonitorError('config_invalid', `reports names the channel "${name}", which there is not.`, {
    next_step: 'Name channels that stand in "notifications", or leave channels out.',
  })
