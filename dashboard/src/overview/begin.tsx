import type { ReactNode } from 'react'
import { BASE_PATH } from '../parts/base-path.ts'
import { Panel } from '../parts/panel.tsx'

/** What to do where no sync was ever recorded. */
export function Begin(): ReactNode {
  return (
    <Panel title="No sync was recorded yet">
      <p>This page fills by itself as soon as the first one begins. There are three ways to begin.</p>
      <ol className="ways">
        <li>
          <h3>Look around</h3>
          <p>With a simulated Canvas, on this machine. Nothing is asked of a real one:</p>
          <code className="command">npx canvas-sync-monitor demo</code>
        </li>
        <li>
          <h3>Sync your Canvas</h3>
          <p>With an access token from Canvas, under Account, Settings:</p>
          <code className="command">
            npx canvas-sync-monitor sync --base-url https://canvas.example.edu --token-file token.txt
          </code>
        </li>
        <li>
          <h3>Watch your own job</h3>
          <p>
            Put the tracker into the code that syncs, or report from another language:{' '}
            {/* A page of the server, not of the dashboard. */}
            <a href={`${BASE_PATH}/docs`}>how to embed and to report</a>.
          </p>
        </li>
      </ol>
    </Panel>
  )
}
