import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { Link, useLocation, useRoute } from 'wouter'
import { openIncidentsQuery } from '../data/queries.ts'
import { useKeys } from '../parts/keys.ts'
import { Notices } from '../parts/notices.tsx'
import { countText } from '../parts/number-text.ts'
import { useTitleWarning } from '../parts/page-title.ts'
import { useZone, useZoneChoice } from '../parts/time-zone.ts'
import { everywhereKeys, placeKeys } from './everywhere-keys.ts'
import { BrandMark, Icon } from './icons.tsx'
import { LiveBanner, LiveMark } from './live-banner.tsx'
import { useLive } from './live-context.ts'
import { PLACES, type Place } from './places.ts'
import { SessionMenu } from './session-menu.tsx'

const CommandPalette = lazy(async () => ({
  default: (await import('./command-palette.tsx')).CommandPalette,
}))
const KeysDialog = lazy(async () => ({ default: (await import('./keys-dialog.tsx')).KeysDialog }))
const SettingsDialog = lazy(async () => ({ default: (await import('./settings-dialog.tsx')).SettingsDialog }))

/** What may stand over the page. */
export type Over = 'palette' | 'keys' | 'settings'

export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const [over, setOver] = useState<Over | null>(null)
  const [, navigate] = useLocation()
  const { state } = useLive()
  useTitleWarning(state === 'away' ? 'Not live' : null)
  useKeys(
    useMemo(() => placeKeys(navigate), [navigate]),
    'Pages',
  )
  useKeys(
    useMemo(() => everywhereKeys(setOver), []),
    'Everywhere',
  )
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <BrandMark />
          <span className="brand-name">Canvas syncs</span>
        </Link>
        <Navigation />
        <div className="tools">
          <LiveMark />
          <button
            type="button"
            className="tool"
            aria-keyshortcuts="Control+K Meta+K"
            onClick={() => {
              setOver('palette')
            }}
          >
            <Icon name="commands" />
            <span className="tool-name">Commands</span>
            <kbd className="on-wide">{MOD}K</kbd>
          </button>
          <ZoneButton onOpen={setOver} />
          <SessionMenu />
        </div>
      </header>
      <LiveBanner />
      <main id="content" tabIndex={-1} data-live={state}>
        {children}
      </main>
      <Notices />
      <Suspense fallback={null}>
        <OverPage over={over} onOver={setOver} />
      </Suspense>
    </>
  )
}

const MOD = navigator.userAgent.includes('Mac') ? '⌘ ' : 'Ctrl '

function Navigation(): ReactNode {
  const list = useRef<HTMLUListElement>(null)
  const [path] = useLocation()
  useEffect(() => {
    // On a narrow screen the list scrolls; where one is must be seen.
    const here = list.current?.querySelector('[aria-current]')?.getBoundingClientRect()
    if (list.current === null || here === undefined) return
    const room = list.current.getBoundingClientRect()
    list.current.scrollLeft += here.left + here.width / 2 - room.left - room.width / 2
  }, [path])
  return (
    <nav aria-label="Pages">
      <ul ref={list}>
        {PLACES.map((place) => (
          <PlaceLink key={place.path} {...place} />
        ))}
      </ul>
    </nav>
  )
}

function PlaceLink({ path, name, within }: Place): ReactNode {
  const [here] = useRoute(within)
  return (
    <li>
      <Link href={path} aria-current={here ? 'page' : undefined}>
        {name}
        {path === '/incidents' ? <OpenIncidents /> : null}
      </Link>
    </li>
  )
}

/** How many incidents nobody looks after. */
function OpenIncidents(): ReactNode {
  const open = useQuery(openIncidentsQuery()).data?.states.open ?? 0
  if (open === 0) return null
  return (
    <span className="place-count">
      {countText(open)}
      <span className="visually-hidden"> open</span>
    </span>
  )
}

interface OverProps {
  readonly over: Over | null
  readonly onOver: (over: Over | null) => void
}

/** By which clock the page tells the time, at a glance; more is behind it. */
function ZoneButton({ onOpen }: { readonly onOpen: (over: Over) => void }): ReactNode {
  const zone = useZone()
  const words = useZoneChoice() === 'local' ? `Local time` : zone.replaceAll('_', ' ')
  return (
    <button
      type="button"
      className="tool"
      title={`Settings. Times are those of ${zone}.`}
      onClick={() => {
        onOpen('settings')
      }}
    >
      <Icon name="settings" />
      <span className="zone-name tool-name">{words}</span>
      <span className="visually-hidden">, settings</span>
    </button>
  )
}

function OverPage({ over, onOver }: OverProps): ReactNode {
  const close = (): void => {
    onOver(null)
  }
  if (over === 'palette') return <CommandPalette onClose={close} onOver={onOver} />
  if (over === 'keys') return <KeysDialog onClose={close} />
  if (over === 'settings') return <SettingsDialog onClose={close} onOver={onOver} />
  return null
}
