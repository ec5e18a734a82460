import { Component, type ReactNode } from 'react'
import { copyText } from '../parts/copying.ts'
import { notify } from '../parts/notices.tsx'

interface BoundaryProps {
  /** What is shown; another one gets another chance. */
  readonly address: string
  readonly children: ReactNode
}

interface BoundaryState {
  readonly error: Error | null
  readonly address: string
}

/** Keeps what breaks in one page from taking the others with it. */
export class PageBoundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null, address: this.props.address }

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  static getDerivedStateFromProps({ address }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return address === state.address ? null : { error: null, address }
  }

  override render(): ReactNode {
    const { error } = this.state
    return error === null ? this.props.children : <Broken error={error} />
  }
}

function Broken({ error }: { readonly error: Error }): ReactNode {
  const copy = async (): Promise<void> => {
    const copied = await copyText(detailsOf(error))
    notify(copied ? 'The details are copied.' : 'The browser does not let the page copy.')
  }
  return (
    <section className="page-alone" role="alert">
      <h1>This page broke</h1>
      <p>
        The data is safe: only what shows it failed. Load the page again; if it breaks again, send the details
        to who runs this server.
      </p>
      <p className="actions">
        <button
          type="button"
          className="primary"
          onClick={() => {
            location.reload()
          }}
        >
          Reload
        </button>
        <button type="button" onClick={() => void copy()}>
          Copy the details
        </button>
      </p>
      <details>
        <summary>Details</summary>
        <pre>{detailsOf(error)}</pre>
      </details>
    </section>
  )
}

const detailsOf = (error: Error): string =>
  [location.href, navigator.userAgent, error.stack ?? `${error.name}: ${error.message}`].join('\n')
