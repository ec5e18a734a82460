import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import type { Scan } from './scan.ts'

/** A folder of all that anybody could get to see, each under the name of where it came from. */
export class Artefacts {
  readonly directory: string
  #number = 0

  constructor(directory: string) {
    this.directory = directory
    mkdirSync(directory, { recursive: true })
  }

  add(name: string, content: string | Buffer): void {
    const plain = name.replaceAll(/[^\w.-]+/g, '_').slice(0, 80)
    writeFileSync(join(this.directory, `${String(++this.#number).padStart(3, '0')}-${plain}`), content)
  }

  /** Every file below a folder; what is compressed also as what is in it. */
  addFolder(name: string, folder: string): void {
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!statSync(join(folder, path)).isFile()) continue
      const bytes = readFileSync(join(folder, path))
      this.add(`${name} ${path}`, bytes)
      if (path.endsWith('.gz')) this.add(`${name} ${path} inside`, gunzipSync(bytes))
    }
  }

  /** The monitor's own tables: those of Canvas's objects hold students' data, which is what a sync is for. */
  addTables(name: string, database_path: string): void {
    using database = new DatabaseSync(database_path, { readOnly: true })
    const tables = database
      .prepare("select name from sqlite_master where type = 'table' and name like 'canvas_sync_%'")
      .all()
    for (const { name: table } of tables) {
      this.add(
        `${name} ${String(table)}`,
        JSON.stringify(database.prepare(`select * from ${String(table)}`).all()),
      )
    }
  }

  /** What is found, by artefact. */
  search(scan: Scan): Record<string, string[]> {
    const found: Record<string, string[]> = {}
    for (const name of this.names()) {
      const here = scan.find(Buffer.from(name))
      const inside = scan.find(readFileSync(join(this.directory, name)))
      if (here.length + inside.length > 0) found[name] = [...here, ...inside].slice(0, 5)
    }
    return found
  }

  names(): string[] {
    return readdirSync(this.directory)
  }

  bytes(): number {
    return this.names().reduce((sum, name) => sum + statSync(join(this.directory, name)).size, 0)
  }
}
