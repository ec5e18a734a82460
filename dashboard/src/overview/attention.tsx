import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { countText } from '../parts/number-text.ts'
import { Panel, Waits } from '../parts/panel.tsx'
import { Sign } from '../parts/sign.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { Ago, useNow } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { attentionItems, type AttentionItem, type Troubles } from './attention-items.ts'

/** So many are seen at once; the others are a click away. */
const MOST_AT_ONCE = 6

interface AttentionProps {
  readonly troubles: Omit<Troubles, 'now_ms' | 'zone'>
  /** What is looked back on. */
  readonly period_words: string
  /** Some of it is still asked for: until then nobody knows that nothing went wrong. */
  readonly waits: boolean
  /** What could not be asked; it must not look as if nothing was wrong. */
  readonly failure: ReactNode
}

export function Attention({ troubles, period_words, waits, failure }: AttentionProps): ReactNode {
  const items = attentionItems({ ...troubles, now_ms: useNow(), zone: useZone() })
  const others = items.slice(MOST_AT_ONCE)
  return (
    <Panel title="Needs attention">
      {failure}
      {waits ? <Waits lines={6} /> : null}
      {items.length === 0 && !waits && failure === null ? (
        <p className="empty">Nothing went wrong in the last {period_words}.</p>
      ) : null}
      <Items items={items.slice(0, MOST_AT_ONCE)} />
      {others.length === 0 ? null : (
        <details className="more-attention">
          <summary>{countText(others.length)} more</summary>
          <Items items={others} />
        </details>
      )}
    </Panel>
  )
}

function Items({ items }: { readonly items: readonly AttentionItem[] }): ReactNode {
  if (items.length === 0) return null
  return (
    <ul className="attention">
      {items.map((item) => (
        <Trouble key={item.key} item={item} />
      ))}
    </ul>
  )
}

function Trouble({ item }: { readonly item: AttentionItem }): ReactNode {
  const { mark, title, href, at_ms, detail, next_step, command, others, is_new } = item
  return (
    <li>
      <p className="attention-head">
        <Mark mark={mark} />
        <Link href={href}>{title}</Link>
        <span className="attention-when">
          {is_new && mark !== 'new_error' ? <span className="attention-new">New error</span> : null}
          {at_ms === null ? null : <Ago at_ms={at_ms} />}
        </span>
      </p>
      {detail === null ? null : <p>{detail}</p>}
      {next_step === null ? null : <p className="next-step">{next_step}</p>}
      {command === null ? null : <code className="command">{command}</code>}
      {others === null ? null : (
        <p className="next-step">
          <Link href={others.href}>{countText(others.count)} more like it</Link>
        </p>
      )}
    </li>
  )
}

const MARKS = {
  silent: { shape: 'question', words: 'Silent', tone: 'warn' },
  stale: { shape: 'exclamation', words: 'Stale', tone: 'warn' },
  never: { shape: 'cross', words: 'Never read whole', tone: 'bad' },
  held: { shape: 'barred', words: 'Deletions held', tone: 'warn' },
  critical: { shape: 'cross', words: 'Critical', tone: 'bad' },
  warning: { shape: 'exclamation', words: 'Warning', tone: 'warn' },
  info: { shape: 'dot', words: 'Note', tone: 'quiet' },
  new_error: { shape: 'exclamation', words: 'New error', tone: 'warn' },
} as const

const hasOwnMark = (mark: AttentionItem['mark']): mark is keyof typeof MARKS => Object.hasOwn(MARKS, mark)

function Mark({ mark }: Pick<AttentionItem, 'mark'>): ReactNode {
  if (!hasOwnMark(mark)) return <StatusMark status={mark} />
  const { shape, words, tone } = MARKS[mark]
  return (
    <span className={`verdict verdict-${tone}`}>
      <Sign shape={shape} /> {words}
    </span>
  )
}
