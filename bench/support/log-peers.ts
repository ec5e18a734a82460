import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { pino, type DestinationStream } from 'pino'
import winston from 'winston'
import type { LogEvent } from '../../src/core/log-event.ts'
import { openFileLogWriter } from '../../src/logs/writing/file-log-writer.ts'

/** A logger that writes to one place; `end` resolves when every line is handed to the operating system. */
export interface Peer {
  write(event: LogEvent): void
  end(): Promise<void>
}

export type OpenPeer = (directory: string) => Peer

interface Ending {
  end(): void
}

function throughPino(destination: DestinationStream & Ending & NodeJS.EventEmitter): Peer {
  const log = pino(destination)
  return {
    write: ({ event, task_id, user_id, fields, message }) => {
      log.info({ event, task_id, user_id, ...fields }, message)
    },
    async end() {
      const closed = once(destination, 'close')
      destination.end()
      await closed
    },
  }
}

function throughWinston(path: string): Peer {
  const file = new winston.transports.File({ filename: path })
  const format = winston.format.combine(winston.format.timestamp(), winston.format.json())
  const log = winston.createLogger({ format, transports: [file] })
  return {
    write: ({ event, task_id, user_id, fields, message }) => {
      log.info(message, { event, task_id, user_id, ...fields })
    },
    async end() {
      // It ends its file before what is on the way to it has arrived.
      while (log.writableLength + log.readableLength > 0) await nextTurn()
      const finished = once(file, 'finish')
      log.end()
      await finished
    },
  }
}

export const openOurs: OpenPeer = (directory) => {
  const logs = openFileLogWriter({ directory })
  return {
    write: (event) => {
      logs.write('api_calls', event)
    },
    async end() {
      await logs.close()
      const { lines_dropped } = logs.health
      if (lines_dropped > 0) throw new Error(`${lines_dropped} lines were dropped: no honest figure.`)
    },
  }
}

/** The loggers people know, each as its documentation sets it up, with a file. */
export const PEERS: Readonly<Record<string, OpenPeer>> = {
  'pino sync': (directory) =>
    throughPino(pino.destination({ dest: `${directory}/pino-sync.log`, sync: true })),
  'pino async': (directory) =>
    throughPino(pino.destination({ dest: `${directory}/pino-async.log`, sync: false, minLength: 4096 })),
  winston: (directory) => throughWinston(`${directory}/winston.log`),
}
