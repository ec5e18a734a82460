import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
}

export type MailReply = 'take' | 'drop' | { readonly at: 'MAIL' | 'RCPT' | 'DATA'; readonly code: number }

/** A real SMTP server on loopback that answers as the test says. */
export class SmtpStandIn {
  readonly received: ReceivedMail[] = []
  /** The next answers; after them all is taken. */
  readonly script: MailReply[] = []
  /** Of recipients, by address, for once each. */
  readonly recipients: Map<string, number> = new Map()
  #url = ''
  #reply: MailReply = 'take'

  static async start(): Promise<SmtpStandIn> {
    const stand_in = new SmtpStandIn()
    const fail = (code: number): Error =>
      Object.assign(new Error(`no: secret-words-of-the-server`), { responseCode: code })
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      onMailFrom: (_address, _session, callback) => {
        const reply = (stand_in.#reply = stand_in.script.shift() ?? 'take')
        if (typeof reply === 'object' && reply.at === 'MAIL') callback(fail(reply.code))
        else callback()
      },
      onRcptTo: ({ address }, _session, callback) => {
        const reply = stand_in.#reply
        const own = stand_in.recipients.get(address)
        stand_in.recipients.delete(address)
        if (own !== undefined) callback(fail(own))
        else if (typeof reply === 'object' && reply.at === 'RCPT') callback(fail(reply.code))
        else callback()
      },
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const reply = stand_in.#reply
          const { mailFrom, rcptTo } = session.envelope
          const note = (): void => {
            stand_in.received.push({
              from: mailFrom === false ? '' : mailFrom.address,
              to: rcptTo.map(({ address }) => address),
              raw: Buffer.concat(chunks).toString('utf8'),
            })
          }
          if (typeof reply === 'object' && reply.at === 'DATA') callback(fail(reply.code))
          else if (reply === 'drop') {
            note()
            // It has the letter, and says nothing.
            for (const connection of connectionsOf(server)) connection._socket.destroy()
          } else {
            note()
            callback()
          }
        })
      },
    })
    server.on('error', () => {})
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve()
      })
    })
    stand_in.#url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}?tls=none`
    after(() => {
      for (const connection of connectionsOf(server)) connection._socket.destroy()
      server.close()
    })
    return stand_in
  }

  get url(): string {
    return this.#url
  }
}

interface Connection {
  readonly _socket: { destroy(): void }
}

const connectionsOf = (server: SMTPServer): Iterable<Connection> =>
  (server as unknown as { connections: Set<Connection> }).connections
