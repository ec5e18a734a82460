import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { ApiError } from '../data/api-client.ts'
import { copyText } from '../parts/copying.ts'
import { notify } from '../parts/notices.tsx'
import { LinesAround } from './lines-around.tsx'
import { factsOf, jsonOf, plainTextOf, type LineFact } from './line-facts.ts'
import { withValues } from './log-filters.ts'
import { syncOfTaskQuery } from './log-queries.ts'
import { nameOf, type LogLine } from './log-line.ts'
import type { Marker } from './marker.ts'
import { ShownText } from './shown-text.tsx'
import { headOf } from './visible-text.ts'

interface OpenedLineProps {
  readonly line: LogLine
  readonly marker: Marker
  readonly onClose: () => void
}

/** All there is to know about a line, and where to go from it. */
export function OpenedLine({ line, marker, onClose }: OpenedLineProps): ReactNode {
  const [shows_around, setShowsAround] = useState(false)
  return (
    <div className="opened-line">
      <p className="opened-line-actions">
        <CopyButton words="Copy line" text={() => plainTextOf(line)} />
        <CopyButton words="Copy as JSON" text={() => jsonOf(line)} />
        {line.timestamp === null ? null : (
          <>
            <CopyButton words="Copy link" text={() => linkTo(line)} />
            <button
              type="button"
              aria-expanded={shows_around}
              onClick={() => {
                setShowsAround(!shows_around)
              }}
            >
              In context
            </button>
          </>
        )}
        <button type="button" onClick={onClose}>
          Close
        </button>
        <Links line={line} />
      </p>
      {shows_around ? <LinesAround line={line} /> : null}
      <table className="opened-line-facts">
        <caption className="visually-hidden">Fields of the line</caption>
        <tbody>
          {factsOf(line).map((fact) => (
            <Fact key={fact.name} fact={fact} marker={marker} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** To the same line, for who sees it with no filter or another one. */
function linkTo(line: LogLine): string {
  const address = new URL(location.href)
  address.searchParams.delete('follow')
  address.searchParams.set('line', nameOf(line))
  return address.href
}

function CopyButton({ words, text }: { readonly words: string; readonly text: () => string }): ReactNode {
  const copy = async (): Promise<void> => {
    notify((await copyText(text())) ? 'Copied.' : 'The browser does not let this page copy.')
  }
  return (
    <button type="button" onClick={() => void copy()}>
      {words}
    </button>
  )
}

function Links({ line }: { readonly line: LogLine }): ReactNode {
  const { task_id, user_id, fields } = line
  const course_id = fields['course_id']
  return (
    <>
      {task_id === null ? null : <SyncLink task_id={task_id} />}
      {user_id === null ? null : (
        <Link href={`/users/${encodeURIComponent(String(user_id))}`}>User {String(user_id)}</Link>
      )}
      {course_id === undefined || course_id === null ? null : (
        <Link href={`/syncs?course_id=${encodeURIComponent(String(course_id))}`}>
          Syncs of course {String(course_id)}
        </Link>
      )}
    </>
  )
}

/** A line may be older than what the database keeps of its sync, so it is asked for only when it is wanted. */
function SyncLink({ task_id }: { readonly task_id: string }): ReactNode {
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const open = async (): Promise<void> => {
    try {
      const { id } = await queries.fetchQuery({ ...syncOfTaskQuery(task_id), retry: false })
      navigate(`/syncs/${id}`)
    } catch (error) {
      const is_gone = error instanceof ApiError && error.status === 404
      notify(is_gone ? 'The database no longer has this sync.' : 'The sync could not be asked for.')
    }
  }
  return (
    <button type="button" onClick={() => void open()}>
      Its sync
    </button>
  )
}

/** Of a value so much is shown at first. */
const SHOWN_LENGTH = 2000

function Fact({ fact, marker }: { readonly fact: LineFact; readonly marker: Marker }): ReactNode {
  const { name, value, filter } = fact
  const [address, setAddress] = useSearchParams()
  const [is_whole, setWhole] = useState(false)
  const is_long = value.length > SHOWN_LENGTH && !is_whole
  return (
    <tr>
      <th scope="row">
        <ShownText text={name} />
      </th>
      <td>
        <span className="opened-line-value">
          <ShownText text={is_long ? headOf(value, SHOWN_LENGTH) : value} marker={marker} />
        </span>
        {is_long ? (
          <button
            type="button"
            onClick={() => {
              setWhole(true)
            }}
          >
            Show all {value.length.toLocaleString('en')} characters
          </button>
        ) : null}
      </td>
      <td>
        {filter === null ? null : (
          <button
            type="button"
            aria-label={`Only these: lines with this ${name}`}
            onClick={() => {
              setAddress(withValues(address, { [filter]: value }))
            }}
          >
            only these
          </button>
        )}
      </td>
    </tr>
  )
}
