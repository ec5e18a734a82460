import type { ReactNode } from 'react'

/** The five streams: searched, followed, and looked at around a line. */
export function LogsPage(): ReactNode {
  return (
    <header className="page-head">
      <h1>Logs</h1>
    </header>
  )
}
