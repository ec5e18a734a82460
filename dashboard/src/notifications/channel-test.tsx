import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { notificationQuery, testChannel } from './notification-queries.ts'
import { testText } from './notification-words.ts'

/** While a test is on its way. */
const LOOK_EVERY_MS = 1000

/** Sends a test the way that all messages take, and says how it went. */
export function ChannelTest({ name }: { readonly name: string }): ReactNode {
  const queries = useQueryClient()
  const [id, setId] = useState<number | null>(null)
  const [waits, setWaits] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const test = useQuery({
    ...notificationQuery(id ?? 0),
    enabled: id !== null,
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && testText(data.notification).is_over ? false : LOOK_EVERY_MS,
  })
  const told = test.data === undefined ? null : testText(test.data.notification)
  const is_over = told?.is_over === true
  useEffect(() => {
    if (id !== null) void queries.invalidateQueries({ predicate: ({ queryKey: [noun] }) => SHOWN.has(noun) })
  }, [queries, id, is_over])
  const send = async (): Promise<void> => {
    setWaits(true)
    setProblem(null)
    try {
      setId(await testChannel(name))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The test could not be sent.')
    } finally {
      setWaits(false)
    }
  }
  return (
    <div className="channel-test">
      <button
        type="button"
        aria-label={`Send a test to ${name}`}
        disabled={waits}
        onClick={() => void send()}
      >
        Send a test
      </button>
      <p className="hint" role="status">
        {told?.words}
      </p>
      <p className="problem" role="alert">
        {problem}
      </p>
    </div>
  )
}

const SHOWN: ReadonlySet<unknown> = new Set(['channels', 'notifications'])
