import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'

interface PageTab {
  readonly path: string
  readonly words: string
}

interface PageTabsProps {
  /** What the pages are about. */
  readonly label: string
  readonly tabs: readonly PageTab[]
}

/** Pages that belong together, side by side. */
function PageTabs({ label, tabs }: PageTabsProps): ReactNode {
  const [here] = useLocation()
  return (
    <nav className="segments" aria-label={label}>
      {tabs.map(({ path, words }) => (
        <Link key={path} href={path} aria-current={here === path ? 'page' : undefined}>
          {words}
        </Link>
      ))}
    </nav>
  )
}

const ALERTS: readonly PageTab[] = [
  { path: '/incidents', words: 'Incidents' },
  { path: '/schedules', words: 'Schedules' },
  { path: '/notifications', words: 'Notifications' },
]

/** What is wrong, when syncs are expected, and who is told. */
export function AlertTabs(): ReactNode {
  return <PageTabs label="Alerts" tabs={ALERTS} />
}
