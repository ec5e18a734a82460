import { useQuery } from '@tanstack/react-query'
import { useId, useState, type ReactNode } from 'react'
import type { CleanupOptions } from '../../../src/logs/cleanup/cleanup-report.ts'
import { ApiError } from '../data/api-client.ts'
import { Dialog } from '../parts/dialog.tsx'
import { CLEANUP_FIELDS, cleanupCommand, optionsOf, totalsText } from './cleanup-words.ts'
import { planCleanup, startCleanup } from './system-queries.ts'

interface CleanupDialogProps {
  /** What the fields begin with. */
  readonly options: CleanupOptions
  /** Gets the id of the clean-up that was started. */
  readonly onStarted: (task_id: string) => void
  readonly onClose: () => void
}

/** Says what a clean-up would do before it is started. */
export function CleanupDialog({ options: given, onStarted, onClose }: CleanupDialogProps): ReactNode {
  const [texts, setTexts] = useState({
    max_lines: String(given.max_lines),
    archive_days: String(given.archive_days),
    delete_days: String(given.delete_days),
  })
  const [problem, setProblem] = useState<string | null>(null)
  const [starts, setStarts] = useState(false)
  const options = optionsOf(texts)

  const start = async (chosen: CleanupOptions): Promise<void> => {
    setStarts(true)
    setProblem(null)
    try {
      const { task_id } = await startCleanup(chosen)
      onStarted(task_id)
    } catch (error) {
      setProblem(wordsOf(error))
      setStarts(false)
    }
  }

  return (
    <Dialog title="Clean up the logs now" onClose={onClose} className="dialog-narrow">
      <form
        className="cleanup-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (options !== null) void start(options)
        }}
      >
        {CLEANUP_FIELDS.map((field) => (
          <NumberField
            key={field.name}
            {...field}
            value={texts[field.name]}
            onChange={(text) => {
              setTexts({ ...texts, [field.name]: text })
            }}
          />
        ))}
        <Plan options={options} />
        <p className="cleanup-problem" role="alert">
          {problem}
        </p>
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={options === null || starts}>
            {starts ? 'Starting…' : 'Start the clean-up'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function wordsOf(error: unknown): string {
  if (error instanceof ApiError && error.status === 409) {
    return 'A clean-up is running already, of the night, of another page or of the shell. Try again when it has ended.'
  }
  return error instanceof Error ? error.message : 'The clean-up could not be started.'
}

interface NumberFieldProps {
  readonly words: string
  readonly unit: string
  readonly least: number
  readonly most: number
  readonly value: string
  readonly onChange: (text: string) => void
}

function NumberField({ words, unit, least, most, value, onChange }: NumberFieldProps): ReactNode {
  const field = useId()
  const note = `${field}-unit`
  return (
    <div className="number-field">
      <label htmlFor={field}>{words}</label>
      <input
        id={field}
        type="number"
        inputMode="numeric"
        min={least}
        max={most}
        step={1}
        required
        aria-describedby={note}
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.value)
        }}
      />
      <span id={note} className="hint">
        {unit}
      </span>
    </div>
  )
}

function Plan({ options }: { readonly options: CleanupOptions | null }): ReactNode {
  const plan = useQuery({
    queryKey: ['cleanup-plan', options],
    queryFn: () => (options === null ? null : planCleanup(options)),
    enabled: options !== null,
    // The files change all the time.
    gcTime: 0,
    refetchInterval: false,
  })
  if (options === null) return <p className="cleanup-plan hint">A number is missing or too large.</p>
  return (
    <div className="cleanup-plan" role="status">
      <p>
        {plan.data !== undefined && plan.data !== null
          ? totalsText(plan.data, false)
          : plan.error === null
            ? 'Looking what it would do…'
            : plan.error.message}
      </p>
      <p className="hint">
        In the shell: <code>{cleanupCommand(options)}</code>
      </p>
    </div>
  )
}
