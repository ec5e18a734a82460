import assert from 'node:assert/strict'
import { Session, type Runtime } from 'node:inspector/promises'
import { describe, it } from 'node:test'
import { ThrottleGates } from '../../src/tracker/throttle-gates.ts'
import { FakeClock } from '../support/fake-clock.ts'

const CANVAS = 'https://canvas.example.edu'
const newGates = (): ThrottleGates => new ThrottleGates(new FakeClock())

describe('the gates of a monitor', () => {
  it('are one per token and host, however the host is written', () => {
    const gates = newGates()
    const gate = gates.gateOf(CANVAS, 'one')
    assert.equal(gates.gateOf(CANVAS, 'one'), gate)
    assert.equal(gates.gateOf(`${CANVAS}/`, 'one'), gate)
    assert.equal(gates.gateOf('https://CANVAS.example.edu:443', 'one'), gate)
    assert.notEqual(gates.gateOf(CANVAS, 'two'), gate)
    assert.notEqual(gates.gateOf('https://other.example.edu', 'one'), gate)
  })

  it('are forgotten from 500 tokens on, the one longest unused first', () => {
    const gates = newGates()
    const first = gates.gateOf(CANVAS, 'first')
    const second = gates.gateOf(CANVAS, 'second')
    for (let other = 0; other < 498; other++) gates.gateOf(CANVAS, `other ${other}`)
    assert.equal(gates.gateOf(CANVAS, 'first'), first)
    gates.gateOf(CANVAS, 'one more')
    assert.equal(gates.gateOf(CANVAS, 'first'), first)
    assert.notEqual(gates.gateOf(CANVAS, 'second'), second)
  })

  it('keep no token', async () => {
    const gates = newGates()
    const token = '7~abcdefghijklmnopqrstuvwx'
    gates.gateOf(CANVAS, token)
    const kept = await keysOfPrivateMaps(gates)
    assert.equal(kept.length, 1)
    assert.match(kept[0] ?? '', /^[\da-f]{64}$/)
  })
})

/** What the private maps of an object have as keys: only a debugger can see it. */
async function keysOfPrivateMaps(target: object): Promise<string[]> {
  const session = new Session()
  session.connect()
  try {
    Reflect.set(globalThis, '__inspected', target)
    const { result } = await session.post('Runtime.evaluate', { expression: '__inspected' })
    const found = (await session.post('Runtime.getProperties', {
      objectId: result.objectId ?? '',
    })) as unknown as { privateProperties: { value: Runtime.RemoteObject }[] }
    const keys: string[] = []
    for (const { value } of found.privateProperties) {
      if (value.subtype !== 'map' || value.objectId === undefined) continue
      const answer = await session.post('Runtime.callFunctionOn', {
        objectId: value.objectId,
        functionDeclaration: 'function () { return [...this.keys()] }',
        returnByValue: true,
      })
      keys.push(...(answer.result.value as string[]))
    }
    return keys
  } finally {
    Reflect.deleteProperty(globalThis, '__inspected')
    session.disconnect()
  }
}
