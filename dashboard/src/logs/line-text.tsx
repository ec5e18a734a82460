import { memo, type ComponentType, type ReactNode } from 'react'
import { LevelMark } from './level-mark.tsx'
import { LineTime } from './line-time.tsx'
import type { LogLine } from './log-line.ts'
import { NO_MARKS, type Marker } from './marker.ts'
import { ShownText } from './shown-text.tsx'
import { headOf } from './visible-text.ts'

/** Of a message so much stands in the list; all of it where the line is opened. */
const SHOWN_LENGTH = 1500
const FIELD_LENGTH = 200
/** Said by the columns before them, or by the message. */
const QUIET_FIELDS = new Set(['stack'])

interface LineTextProps {
  readonly line: LogLine
  readonly marker?: Marker
}

/** One line: when, how bad, where, and what. */
export const LineText: ComponentType<LineTextProps> = memo(function LineText({
  line,
  marker = NO_MARKS,
}: LineTextProps) {
  const { timestamp, level, stream, machine, event, message, fields } = line
  return (
    <>
      <LineTime timestamp={timestamp} />
      <LevelMark level={level} />
      <span className="line-stream">{stream}</span>
      <span className="line-what">
        {machine === null ? null : (
          <span className="line-machine">
            <ShownText text={headOf(machine, FIELD_LENGTH)} />{' '}
          </span>
        )}
        <ShownText text={headOf(message, SHOWN_LENGTH)} marker={marker} />
        {message.length > SHOWN_LENGTH ? <span className="line-cut"> … open it to see all</span> : null}
        <span className="line-fields">
          {event === null ? null : <Field name="event" value={event} marker={marker} />}
          {Object.entries(fields).map(([name, value]) =>
            QUIET_FIELDS.has(name) || value === null ? null : (
              <Field key={name} name={name} value={String(value)} marker={marker} />
            ),
          )}
        </span>
      </span>
    </>
  )
})

interface FieldProps {
  readonly name: string
  readonly value: string
  readonly marker: Marker
}

function Field({ name, value, marker }: FieldProps): ReactNode {
  return (
    <>
      {' '}
      <span className="line-field">
        <ShownText text={headOf(name, FIELD_LENGTH)} />=
        <ShownText text={headOf(value, FIELD_LENGTH)} marker={marker} />
      </span>
    </>
  )
}
