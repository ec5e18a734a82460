import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useId, type ReactNode } from 'react'
import { withValue } from '../parts/address-values.ts'
import { useAddress } from '../parts/address.ts'
import { ChoiceSelect } from '../parts/choice-select.tsx'
import { Failure } from '../parts/failure.tsx'
import { countWords, MoreRows } from '../parts/more-rows.tsx'
import { AlertTabs } from '../parts/page-tabs.tsx'
import { Waits } from '../parts/panel.tsx'
import { ChannelsPanel } from './channels-panel.tsx'
import { DeliveryLog } from './delivery-log.tsx'
import { NotificationDialog } from './notification-dialog.tsx'
import {
  isNarrowed,
  LOG_KINDS,
  LOG_STATES,
  notificationFiltersOf,
  openedNotification,
  queryOf,
} from './notification-filters.ts'
import { channelsQuery, notificationPagesQuery } from './notification-queries.ts'

/** Who is told, and whether it arrives. Filters and the opened one stand in the address. */
export function NotificationsPage(): ReactNode {
  const [address, setAddress] = useAddress()
  const channels = useQuery(channelsQuery())
  const opened = openedNotification(address)
  const set = (name: string, value: string): void => {
    setAddress(withValue(address, name, value))
  }
  return (
    <>
      <header className="page-head">
        <h1>Notifications</h1>
        <p className="hint">
          What is wrong is told here, at least once. A channel that fails is tried again for a day.
        </p>
        <AlertTabs />
      </header>
      <ChannelsPanel query={channels} />
      <LogPanel address={address} names={channels.data?.channels.map(({ name }) => name) ?? []} onSet={set} />
      {opened === null ? null : (
        <NotificationDialog
          key={opened}
          id={opened}
          onClose={() => {
            set('notification', '')
          }}
        />
      )}
    </>
  )
}

interface LogPanelProps {
  readonly address: URLSearchParams
  /** Of the channels. */
  readonly names: readonly string[]
  readonly onSet: (name: string, value: string) => void
}

function LogPanel({ address, names, onSet }: LogPanelProps): ReactNode {
  const heading = useId()
  const filters = notificationFiltersOf(address)
  const log = useInfiniteQuery({
    ...notificationPagesQuery(queryOf(filters)),
    placeholderData: keepPreviousData,
  })
  const notifications = log.data?.pages.flatMap((page) => page.notifications) ?? []
  return (
    <section
      className="panel list-panel"
      aria-labelledby={heading}
      aria-busy={log.isPlaceholderData || log.isPending}
    >
      <header>
        <h2 id={heading}>Delivery log</h2>
        <p role="status">
          {log.data === undefined ? '' : countWords(notifications.length, !log.hasNextPage)}
        </p>
        <div className="actions alert-choices">
          <ChoiceSelect
            label="Channel"
            choices={channelChoices(names, filters.channel)}
            value={filters.channel}
            onChoose={(name) => {
              onSet('channel', name)
            }}
          />
          <ChoiceSelect
            label="State"
            choices={LOG_STATES}
            value={filters.state}
            onChoose={(state) => {
              onSet('state', state)
            }}
          />
          <ChoiceSelect
            label="Kind"
            choices={LOG_KINDS}
            value={filters.kind}
            onChoose={(kind) => {
              onSet('kind', kind)
            }}
          />
        </div>
      </header>
      {log.error === null ? null : <Failure error={log.error} onRetry={() => void log.refetch()} />}
      {log.isPending ? <Waits lines={8} /> : null}
      {log.data !== undefined && notifications.length === 0 ? (
        <p className="empty">
          {isNarrowed(filters)
            ? 'No notification is like that. Remove a filter to see more.'
            : 'Nothing was told yet: nothing went wrong since there is a channel.'}
        </p>
      ) : null}
      {notifications.length === 0 ? null : (
        <DeliveryLog
          notifications={notifications}
          hrefOf={(id) => `/notifications?${withValue(address, 'notification', String(id)).toString()}`}
        />
      )}
      {log.data === undefined ? null : <MoreRows list={log} shown={notifications.length} />}
    </section>
  )
}

/** One that is gone may still be asked for. */
function channelChoices(
  names: readonly string[],
  chosen: string,
): readonly { readonly value: string; readonly words: string }[] {
  const all = chosen === '' || names.includes(chosen) ? names : [...names, chosen]
  return [{ value: '', words: 'any channel' }, ...all.map((name) => ({ value: name, words: name }))]
}
