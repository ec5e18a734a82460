import type { FiguresPeriod, FiguresWindow } from './sync-figures.ts'

/** How long the completed syncs of one type took. */
export interface TypeFigures {
  readonly sync_type: string
  /** How many syncs it is of: the newest ones of the window. */
  readonly syncs: number
  /** Start of the oldest of them, epoch milliseconds. */
  readonly oldest_start: number
  readonly p50_seconds: number
  readonly p95_seconds: number
  readonly p99_seconds: number
  /** Sums over these syncs. */
  readonly api_calls: number
  readonly api_duration_ms: number
  readonly db_duration_ms: number
}

export interface TypeFiguresList {
  /** The slowest median first. */
  readonly types: readonly TypeFigures[]
  /** Not everything in the window was looked at: a type has more syncs, or there are more types. */
  readonly sampled: boolean
}

/** How long one course took in the syncs that were looked at. */
export interface CourseFigures {
  readonly course_id: string
  readonly outcomes: number
  readonly failed: number
  readonly mean_ms: number
  readonly max_ms: number
}

export interface CourseFiguresList {
  /** The slowest mean first. */
  readonly courses: readonly CourseFigures[]
  /** How many syncs, the newest of the window, and how many outcomes of theirs were looked at. */
  readonly syncs: number
  readonly outcomes: number
  /** Start of the oldest of the syncs, epoch milliseconds; null when there was none. */
  readonly oldest_start: number | null
  readonly sampled: boolean
}

/** How long the completed syncs of one user took. */
export interface UserFigures {
  readonly user_id: string
  readonly syncs: number
  readonly mean_seconds: number
  readonly max_seconds: number
  readonly api_calls: number
}

export interface UserFiguresList {
  /** The slowest mean first. */
  readonly users: readonly UserFigures[]
  /** How many users, those who synced last, were looked at. */
  readonly looked_at: number
  readonly sampled: boolean
}

/**
 * What is slow. Each answer looks at a bounded number of rows, the newest ones, and says how many: at ten million syncs
 * it costs what it costs at ten thousand.
 */
export interface PerformanceFigures {
  byType(period: FiguresPeriod): Promise<TypeFiguresList>
  slowestCourses(period: FiguresPeriod, limit: number): Promise<CourseFiguresList>
  /** Whole days (UTC), from the one in which the window begins. */
  slowestUsers(window: FiguresWindow, limit: number): Promise<UserFiguresList>
}
