import { useState, type ReactNode, type SyntheticEvent } from 'react'
import type { WidthChoice } from './report-choices.ts'

interface ReportFrameProps {
  /** Of the mail. */
  readonly address: string
  readonly title: string
  readonly width: WidthChoice['name']
}

/** Before its height is known, pixels. */
const USUAL_PX = 900

/**
 * The mail as it is, in a room of its own: nothing in it can run, load or lead away. It counts as of this server only so
 * that its height can be measured.
 */
export function ReportFrame({ address, title, width }: ReportFrameProps): ReactNode {
  const [height_px, setHeight] = useState(USUAL_PX)
  const measure = ({ currentTarget }: SyntheticEvent<HTMLIFrameElement>): void => {
    const height = currentTarget.contentDocument?.documentElement.scrollHeight ?? 0
    if (height > 0) setHeight(height)
  }
  return (
    <iframe
      // Another width is another layout, and is measured anew.
      key={`${address} ${width}`}
      className={`report-frame report-frame-${width}`}
      title={title}
      src={address}
      sandbox="allow-same-origin"
      height={height_px}
      onLoad={measure}
    />
  )
}
