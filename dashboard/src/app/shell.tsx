import type { ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { Ago } from '../parts/time-text.tsx'
import { useLive } from './live-context.ts'
import { ThemeSwitch } from './theme-switch.tsx'

const PAGES = [
  { path: '/', name: 'Overview', within: '/' },
  { path: '/syncs', name: 'Syncs', within: '/syncs/*?' },
  { path: '/errors', name: 'Errors', within: '/errors' },
  { path: '/performance', name: 'Performance', within: '/performance' },
  { path: '/logs', name: 'Logs', within: '/logs' },
  { path: '/users', name: 'Users', within: '/users/*?' },
  { path: '/system', name: 'System', within: '/system' },
] as const

export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <span className="brand">Canvas syncs</span>
        <nav aria-label="Pages">
          <ul>
            {PAGES.map((page) => (
              <PageLink key={page.path} {...page} />
            ))}
          </ul>
        </nav>
        <LiveMark />
        <ThemeSwitch />
      </header>
      <AwayBanner />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  )
}

interface PageLinkProps {
  readonly path: string
  readonly name: string
  /** The addresses of the page and of what belongs to it. */
  readonly within: string
}

function PageLink({ path, name, within }: PageLinkProps): ReactNode {
  const [here] = useRoute(within)
  return (
    <li>
      <Link href={path} aria-current={here ? 'page' : undefined}>
        {name}
      </Link>
    </li>
  )
}

function LiveMark(): ReactNode {
  const { state } = useLive()
  const words = { waiting: 'Connecting', live: 'Live', away: 'Not live' } as const
  return (
    <span className={`live-mark live-${state}`} role="status">
      {words[state]}
    </span>
  )
}

/** No number may look fresh that is not. */
function AwayBanner(): ReactNode {
  const { state, since } = useLive()
  if (state !== 'away') return null
  return (
    <p className="banner" role="alert">
      Live updates stopped <Ago at_ms={since} />: what you see may be out of date. The page tries again by
      itself.
    </p>
  )
}
