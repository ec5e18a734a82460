import { useState, type ReactNode } from 'react'
import { Panel } from '../parts/panel.tsx'
import { ChartView, ViewSwitch } from './chart-view.tsx'

interface ChartPanelProps {
  readonly title: string
  readonly chart: ReactNode
  /** What stands for the chart. Not needed for charts of this folder: those know their own. */
  readonly table?: ReactNode
  /** Stands beside the title. */
  readonly aside?: ReactNode
}

/** A panel whose chart can be read as a table. */
export function ChartPanel({ title, chart, table, aside }: ChartPanelProps): ReactNode {
  const [as_table, setAsTable] = useState(false)
  const beside = (
    <div className="panel-aside">
      {aside}
      <ViewSwitch as_table={as_table} onChange={setAsTable} />
    </div>
  )
  return (
    <Panel title={title} aside={beside}>
      <ChartView value={as_table ? 'table' : 'chart'}>
        {as_table && table !== undefined ? table : chart}
      </ChartView>
    </Panel>
  )
}
