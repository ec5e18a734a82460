import type {
  CourseFiguresList,
  PerformanceFigures,
  TypeFiguresList,
  UserFiguresList,
} from '../../performance-figures.ts'
import type { FiguresPeriod, FiguresWindow } from '../../sync-figures.ts'
import type { SqlDatabase } from '../sql-database.ts'
import { readCourses } from './course-figures.ts'
import { readTypes } from './type-figures.ts'
import { readUsers } from './user-figures.ts'

/** {@link PerformanceFigures} in the SQL that both engines understand. */
export class SqlPerformanceFigures implements PerformanceFigures {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  byType(window: FiguresPeriod): Promise<TypeFiguresList> {
    return this.#database.read((connection) => readTypes(connection, window))
  }

  slowestCourses(window: FiguresPeriod, limit: number): Promise<CourseFiguresList> {
    return this.#database.read((connection) => readCourses(connection, window, limit))
  }

  slowestUsers(window: FiguresWindow, limit: number): Promise<UserFiguresList> {
    return this.#database.read((connection) => readUsers(connection, window, limit))
  }
}
