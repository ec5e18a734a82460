import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { dateText } from './date-text.ts'
import { useNow } from './time-text.tsx'
import { useZone } from './time-zone.ts'

export interface DecisionBody {
  /** ISO 8601; only where it ends by itself. */
  readonly until?: string
  readonly reason: string
}

/** For how long one can mute. */
const MUTE_CHOICES: readonly { readonly ms: number; readonly words: string }[] = [
  { ms: 4 * 3_600_000, words: '4 hours' },
  { ms: 86_400_000, words: 'a day' },
  { ms: 7 * 86_400_000, words: 'a week' },
  { ms: 30 * 86_400_000, words: '30 days' },
  { ms: 90 * 86_400_000, words: '90 days' },
]
const USUAL_MUTE_MS = 7 * 86_400_000

interface FormProps {
  readonly waits: boolean
  readonly onDecide: (body: DecisionBody) => void
}

/** Until when something is muted, and why. */
export function MuteForm({ waits, onDecide }: FormProps): ReactNode {
  const period = useId()
  const [ms, setMs] = useState(USUAL_MUTE_MS)
  const zone = useZone()
  const until = useNow() + ms
  return (
    <form
      className="decision-form decision-form-ends"
      aria-label="Mute"
      onSubmit={(event) => {
        onDecide({ until: new Date(Date.now() + ms).toISOString(), reason: reasonOf(event) })
      }}
    >
      <p className="field">
        <label htmlFor={period}>For</label>
        <select
          id={period}
          value={ms}
          onChange={(event) => {
            setMs(Number(event.currentTarget.value))
          }}
        >
          {MUTE_CHOICES.map((choice) => (
            <option key={choice.ms} value={choice.ms}>
              {choice.words}
            </option>
          ))}
        </select>
      </p>
      <Reason placeholder="such as: Canvas is being upgraded" />
      <button type="submit" className="primary" disabled={waits}>
        Mute until {dateText(until, zone, 'minute')}
      </button>
    </form>
  )
}

/** Why something counts as resolved. */
export function ResolveForm({ waits, onDecide }: FormProps): ReactNode {
  return (
    <form
      className="decision-form"
      aria-label="Resolve"
      onSubmit={(event) => {
        onDecide({ reason: reasonOf(event) })
      }}
    >
      <Reason placeholder="such as: the token was replaced" />
      <button type="submit" className="primary" disabled={waits}>
        Resolve
      </button>
    </form>
  )
}

function Reason({ placeholder }: { readonly placeholder: string }): ReactNode {
  const why = useId()
  return (
    <p className="field">
      <label htmlFor={why}>Why (no names)</label>
      <input id={why} name="reason" required maxLength={500} placeholder={placeholder} />
    </p>
  )
}

function reasonOf(event: FormEvent<HTMLFormElement>): string {
  event.preventDefault()
  const given = new FormData(event.currentTarget).get('reason')
  return typeof given === 'string' ? given.trim() : ''
}
