import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RepeatedLook } from '../../src/core/repeated-look.ts'
import { FakeClock } from '../support/fake-clock.ts'

/** A look that lasts until it is let go, and how many there were. */
function slowLook(): { look: () => Promise<void>; looks: () => number; letGo: () => void } {
  let looks = 0
  let letGo = (): void => {}
  const look = (): Promise<void> => {
    looks++
    return new Promise((resolve) => (letGo = resolve))
  }
  return {
    look,
    looks: () => looks,
    letGo: () => {
      letGo()
    },
  }
}

describe('a repeated look', () => {
  it('is one at a time, and who asks meanwhile gets the one under way', async () => {
    const clock = new FakeClock()
    const { look, looks, letGo } = slowLook()
    const repeated = new RepeatedLook(clock, look)
    repeated.every(1000)
    repeated.every(1000)
    assert.equal(looks(), 0)
    clock.advance(1000)
    assert.equal(repeated.once(), repeated.once())
    clock.advance(3000)
    assert.equal(looks(), 1)
    letGo()
    await repeated.settled()
    clock.advance(1000)
    assert.equal(looks(), 2)
  })

  it('ends with the one under way, and is told to hurry', async () => {
    const clock = new FakeClock()
    const { look, looks, letGo } = slowLook()
    const repeated = new RepeatedLook(clock, look)
    repeated.every(1000)
    clock.advance(1000)
    let has_ended = false
    const stopping = repeated.stop().then(() => (has_ended = true))
    assert.equal(repeated.stopped, true)
    await Promise.resolve()
    assert.equal(has_ended, false)
    letGo()
    await stopping
    clock.advance(10_000)
    assert.equal(looks(), 1)
  })
})
