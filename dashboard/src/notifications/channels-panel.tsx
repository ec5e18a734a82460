import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ChannelRecord } from '../../../src/api/notifications/notification-records.ts'
import type { ChannelList } from '../../../src/api/notifications/notifications.ts'
import { sessionQuery } from '../data/queries.ts'
import { Ahead } from '../parts/date-time.tsx'
import { countText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { Ago } from '../parts/time-text.tsx'
import { ChannelTest } from './channel-test.tsx'
import { CHANNEL_WORDS, errorText, HEALTH_MARKS } from './notification-words.ts'
import { ToneMark } from '../parts/tone-mark.tsx'

interface ChannelsPanelProps {
  readonly query: UseQueryResult<ChannelList>
}

/** Where messages go, and how it stands with each place. */
export function ChannelsPanel({ query }: ChannelsPanelProps): ReactNode {
  const session = useQuery(sessionQuery())
  const is_admin = session.data?.scopes.includes('admin') === true
  return (
    <Panel title="Channels">
      <Asked query={query}>
        {({ channels }) =>
          channels.length === 0 ? (
            <p className="empty">
              Nobody is told: there is no channel. Set <code>SLACK_WEBHOOK_URL</code>, or{' '}
              <code>SMTP_URL</code> with <code>ALERT_RECIPIENTS</code>, then try it with{' '}
              <code>canvas-sync-monitor notify test</code>.
            </p>
          ) : (
            <ul className="error-groups alert-rows channel-rows">
              {channels.map((channel) => (
                <ChannelRow key={channel.name} channel={channel} is_admin={is_admin} />
              ))}
            </ul>
          )
        }
      </Asked>
      {session.data === undefined || is_admin ? null : (
        <p className="hint">To test channels takes an access token with the scope admin.</p>
      )}
    </Panel>
  )
}

interface ChannelRowProps {
  readonly channel: ChannelRecord
  readonly is_admin: boolean
}

function ChannelRow({ channel, is_admin }: ChannelRowProps): ReactNode {
  const { name, kind, target, fallback, health, waiting } = channel
  return (
    <li>
      <div className="error-what">
        <p className="error-marks">
          <ToneMark mark={HEALTH_MARKS[health]} />
          <span>{CHANNEL_WORDS[kind]}</span>
        </p>
        <p className="channel-name">{name}</p>
        <p className="next-step">
          {target}
          {fallback === null ? '' : `; when it is dead, ${fallback}`}
        </p>
        <Trouble channel={channel} />
      </div>
      <p className="error-times">
        <span>{waiting === 0 ? 'nothing waits' : `${countText(waiting)} waiting`}</span>
        {channel.last_ok_at === null ? null : (
          <span>
            last told <Ago at_ms={Date.parse(channel.last_ok_at)} />
          </span>
        )}
      </p>
      {is_admin ? <ChannelTest name={name} /> : null}
    </li>
  )
}

function Trouble({ channel }: { readonly channel: ChannelRecord }): ReactNode {
  const { failing_since, last_error, failures, retry_at } = channel
  if (failing_since === null) return null
  return (
    <p className="alert-cause">
      {last_error === null ? 'It failed' : capitalized(errorText(last_error))}; first{' '}
      <Ago at_ms={Date.parse(failing_since)} />
      {failures < 2 ? '' : `, ${countText(failures)} attempts since`}.
      {retry_at === null ? null : (
        <>
          {' '}
          Next attempt <Ahead at={retry_at} />.
        </>
      )}
    </p>
  )
}

const capitalized = (words: string): string => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
