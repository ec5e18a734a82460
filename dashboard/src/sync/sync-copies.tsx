import { useRef, type ReactNode } from 'react'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { copyText } from '../parts/copying.ts'
import { notify } from '../parts/notices.tsx'
import { Panel } from '../parts/panel.tsx'
import { syncCopies, type SyncCopy } from './sync-commands.ts'

/** What leads to this sync from elsewhere, and all that the server knows of it. */
export function SyncCopies({ sync }: { readonly sync: SyncRecord }): ReactNode {
  return (
    <Panel title="Take it along">
      <ul className="copies">
        {syncCopies(sync, new URL(window.location.href)).map((copy) => (
          <CopyRow key={copy.words} copy={copy} />
        ))}
      </ul>
      <p className="hint">
        A server that asks for a token takes it from the header: keep it in <code>CANVAS_SYNC_TOKEN</code> and
        never in a link.
      </p>
      <details className="raw">
        <summary>As JSON</summary>
        <pre tabIndex={0} aria-label="The sync as JSON">
          {JSON.stringify(sync, null, 2)}
        </pre>
      </details>
    </Panel>
  )
}

function CopyRow({ copy: { words, text } }: { readonly copy: SyncCopy }): ReactNode {
  const shown = useRef<HTMLElement>(null)
  const copy = async (): Promise<void> => {
    if (await copyText(text)) {
      notify(`${words} copied.`)
      return
    }
    // The browser does not let us: whoever sees it chosen has one key left to press.
    if (shown.current !== null) getSelection()?.selectAllChildren(shown.current)
    notify('The browser does not let the page copy. The text is selected: press Ctrl+C or Cmd+C.')
  }
  return (
    <li>
      <span className="copy-words">{words}</span>
      <code ref={shown}>{text}</code>
      <button type="button" aria-label={`Copy: ${words}`} onClick={() => void copy()}>
        Copy
      </button>
    </li>
  )
}
