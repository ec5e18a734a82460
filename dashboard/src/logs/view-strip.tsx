import type { ReactNode } from 'react'
import { countText } from '../parts/number-text.ts'
import { LineTime } from './line-time.tsx'
import type { TailView } from './line-tail.ts'
import type { LineWindow } from './line-window.ts'
import type { EdgeView, Side, WindowView } from './window-view.ts'

interface OlderStripProps {
  readonly window: LineWindow
  readonly view: WindowView
  readonly wraps: boolean
  readonly onWrap: () => void
  readonly onStart: () => void
}

/** So many are loaded at once when somebody wants many. */
const MANY = 100_000

/** Over the list: how much there is of it, and what is before it. */
export function OlderStrip({ window, view, wraps, onWrap, onStart }: OlderStripProps): ReactNode {
  const { rows, older } = view
  const malformed = view.malformed_lines
  return (
    <div className="view-strip">
      <p role="status">
        {rows.length === 0 ? '' : `${countText(rows.length)} ${rows.length === 1 ? 'line' : 'lines'} here. `}
        <EdgeWords edge={older} side="older" />
        {malformed === 0 ? '' : ` ${countText(malformed)} more are in no form that is known.`}
      </p>
      <span className="view-strip-actions">
        <EdgeAction window={window} edge={older} side="older" />
        {older.state === 'more' && rows.length > 0 && rows.length < MANY ? (
          <button type="button" onClick={() => void window.load('older', MANY - rows.length)}>
            Load up to {countText(MANY)}
          </button>
        ) : null}
        {older.state === 'end' ? null : (
          <button type="button" onClick={onStart}>
            To the oldest
          </button>
        )}
        <label className="log-flag">
          <input type="checkbox" checked={wraps} onChange={onWrap} />
          wrap lines
        </label>
      </span>
    </div>
  )
}

interface NewerStripProps {
  readonly window: LineWindow
  readonly view: WindowView
  readonly tail: TailView
  readonly follows: boolean
  readonly is_paused: boolean
  readonly is_at_end: boolean
  readonly onFollow: () => void
  readonly onPause: () => void
  readonly onEnd: () => void
}

/** Under the list: what comes after it. */
export function NewerStrip(props: NewerStripProps): ReactNode {
  const { window, view, tail, follows, is_paused, is_at_end, onFollow, onPause, onEnd } = props
  const is_held = follows && (is_paused || !is_at_end)
  return (
    <div className="view-strip">
      <p role="status">
        {follows ? <TailWords tail={tail} is_held={is_held} /> : <NewerWords view={view} />}
      </p>
      <span className="view-strip-actions">
        {is_held && tail.waiting > 0 ? (
          <button type="button" className="log-waiting" onClick={onEnd}>
            {countText(tail.waiting)}
            {tail.is_full ? ' or more' : ''} new {tail.waiting === 1 ? 'line' : 'lines'} ↓
          </button>
        ) : null}
        {follows ? null : <EdgeAction window={window} edge={view.newer} side="newer" />}
        {!follows && view.newer.state === 'end' ? (
          <button
            type="button"
            onClick={() => {
              window.refresh()
            }}
          >
            Look for newer
          </button>
        ) : null}
        {!follows && (view.newer.state !== 'end' || !is_at_end) ? (
          <button type="button" onClick={onEnd}>
            To the newest
          </button>
        ) : null}
        {follows ? (
          <button type="button" aria-pressed={is_paused} onClick={onPause}>
            {is_paused ? 'Go on' : 'Pause'}
          </button>
        ) : null}
        <button type="button" aria-pressed={follows} className="log-follow" onClick={onFollow}>
          {follows ? 'Stop following' : 'Follow'}
        </button>
      </span>
    </div>
  )
}

const TAIL_WORDS: Readonly<Record<TailView['state'], string>> = {
  connecting: 'Connecting…',
  following: 'Following: new lines appear here.',
  away: 'The connection ended; the page tries again by itself and goes on where it was.',
  resting: 'Following goes on where it was, with nothing missed.',
}

function TailWords({ tail, is_held }: { readonly tail: TailView; readonly is_held: boolean }): ReactNode {
  if (is_held && tail.state === 'following') return 'Paused: the list stays where it is, new lines wait.'
  return TAIL_WORDS[tail.state]
}

function NewerWords({ view }: { readonly view: WindowView }): ReactNode {
  const { newer, asked_at_ms } = view
  if (newer.state !== 'end') return <EdgeWords edge={newer} side="newer" />
  return (
    <>
      The newest, as of <LineTime timestamp={new Date(asked_at_ms).toISOString()} />.
    </>
  )
}

interface EdgeProps {
  readonly edge: EdgeView
  readonly side: Side
}

function EdgeWords({ edge, side }: EdgeProps): ReactNode {
  const { state, progress, error, dropped } = edge
  if (state === 'loading') {
    const part = progress === null ? '' : ` ${Math.floor(progress * 100)} % of the files`
    return `Searching…${part}`
  }
  if (state === 'failed') return <span className="log-failed">{error?.message}</span>
  if (state === 'end') return side === 'older' ? 'Nothing older is like that.' : 'Nothing newer is like that.'
  if (state === 'stopped') return `Stopped; there may be ${side} lines.`
  if (dropped)
    return `${side === 'older' ? 'Older' : 'Newer'} lines were let go to save memory; scroll there to load them again.`
  return side === 'older' ? 'Scroll up for older ones.' : 'Scroll down for newer ones.'
}

function EdgeAction({ window, edge, side }: EdgeProps & { readonly window: LineWindow }): ReactNode {
  if (edge.state === 'loading') {
    return (
      <button
        type="button"
        title="Esc"
        onClick={() => {
          window.stop()
        }}
      >
        Stop
      </button>
    )
  }
  if (edge.state !== 'stopped' && edge.state !== 'failed') return null
  return (
    <button type="button" onClick={() => void window.load(side)}>
      {edge.state === 'failed' ? 'Try again' : 'Go on'}
    </button>
  )
}
