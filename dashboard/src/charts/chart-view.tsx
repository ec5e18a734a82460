import { createContext, useContext, useState, type Context, type ReactNode } from 'react'

/** Whether a panel around the charts has switched them to their tables; null where there is no such panel. */
export const ChartView: Context<'chart' | 'table' | null> = createContext<'chart' | 'table' | null>(null)

interface ViewSwitchProps {
  readonly as_table: boolean
  readonly onChange: (as_table: boolean) => void
}

export function ViewSwitch({ as_table, onChange }: ViewSwitchProps): ReactNode {
  return (
    <button
      type="button"
      className="view-switch"
      onClick={() => {
        onChange(!as_table)
      }}
    >
      {as_table ? 'Show the chart' : 'Show as a table'}
    </button>
  )
}

interface OwnView {
  readonly as_table: boolean
  /** Null where a panel has the switch. */
  readonly own_switch: ReactNode
}

/** A chart that no panel switches has a switch of its own. */
export function useChartView(): OwnView {
  const around = useContext(ChartView)
  const [as_table, setAsTable] = useState(false)
  if (around !== null) return { as_table: around === 'table', own_switch: null }
  return { as_table, own_switch: <ViewSwitch as_table={as_table} onChange={setAsTable} /> }
}
