import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { QueryValues } from '../data/api-client.ts'
import { LineTail, type TailView } from './line-tail.ts'
import { LineWindow } from './line-window.ts'
import type { WindowStart, WindowView } from './window-view.ts'
import { NO_MARKS, regexMarker, textMarker, type Marker } from './marker.ts'

/** A window that is filled from its start; another one when what is asked for changes. */
export function useLineWindow(filters: QueryValues, start: WindowStart): readonly [LineWindow, WindowView] {
  const window = useMemo(() => new LineWindow(filters, start), [filters, start])
  useEffect(() => {
    void window.fill()
    return () => {
      window.stop()
    }
  }, [window])
  return [window, useSyncExternalStore(window.subscribe, window.get)]
}

const RESTS: TailView = { state: 'resting', waiting: 0, is_full: false }
const NO_SUBSCRIPTION = (): (() => void) => () => {}

/** Follows what is written, once the window shows what was there before. */
export function useLineTail(
  follows: boolean,
  filters: QueryValues,
  window: LineWindow,
  is_filled: boolean,
): readonly [LineTail | null, TailView] {
  const starts = follows && is_filled
  const tail = useMemo(() => (starts ? new LineTail(filters, window) : null), [starts, filters, window])
  useEffect(() => {
    tail?.start()
    return () => tail?.stop()
  }, [tail])
  return [tail, useSyncExternalStore(tail?.subscribe ?? NO_SUBSCRIPTION, tail?.get ?? (() => RESTS))]
}

/** Marks what is looked for. */
export function useMarker(text: string, regex: string, ignore_case: boolean): Marker {
  const plain = useMemo(() => textMarker(text, ignore_case), [text, ignore_case])
  const [compiled, setCompiled] = useState<{ readonly of: string; readonly marker: Marker } | null>(null)
  const wanted = `${ignore_case ? 'i' : ''}/${regex}`
  useEffect(() => {
    if (regex === '') return undefined
    let is_wanted = true
    void regexMarker(regex, ignore_case).then((marker) => {
      if (is_wanted) setCompiled({ of: wanted, marker })
    })
    return () => {
      is_wanted = false
    }
  }, [regex, ignore_case, wanted])
  if (regex === '') return plain
  return compiled?.of === wanted ? compiled.marker : NO_MARKS
}
