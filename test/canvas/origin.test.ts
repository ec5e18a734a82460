import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { validateBaseUrl } from '../../src/canvas/index.ts'
import { rebase } from '../../src/canvas/origin.ts'
import { isMonitorError } from '../../src/core/errors.ts'

function refusal(url: string): string {
  try {
    return validateBaseUrl(url)
  } catch (error) {
    return isMonitorError(error) ? error.code : 'not ours'
  }
}

describe('validateBaseUrl', () => {
  const cases: [url: string, outcome: string][] = [
    ['https://canvas.example.edu', 'https://canvas.example.edu'],
    ['https://Canvas.Example.edu:443/', 'https://canvas.example.edu'],
    ['https://canvas.example.edu:8443', 'https://canvas.example.edu:8443'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['http://canvas.example.edu', 'insecure_url'],
    ['http://127.0.0.1.example.edu', 'insecure_url'],
    ['http://localhost.example.edu', 'insecure_url'],
    ['http://canvas.localhost:3000', 'insecure_url'],
    ['http://10.0.0.1', 'insecure_url'],
    ['https://canvas.example.edu/api/v1', 'config_invalid'],
    ['https://canvas.example.edu/?a=1', 'config_invalid'],
    ['https://canvas.example.edu/#x', 'config_invalid'],
    ['https://ada:secret@canvas.example.edu', 'config_invalid'],
    ['ftp://canvas.example.edu', 'config_invalid'],
    ['canvas.example.edu', 'config_invalid'],
    ['', 'config_invalid'],
  ]
  for (const [url, outcome] of cases) {
    it(`answers ${outcome} for ${JSON.stringify(url)}`, () => {
      assert.equal(refusal(url), outcome)
    })
  }

  it('never repeats credentials in its message', () => {
    assert.throws(
      () => validateBaseUrl('https://ada:secret@canvas.example.edu'),
      (error) => error instanceof Error && !/ada|secret/.test(error.message),
    )
  })
})

describe('rebase', () => {
  const home = 'https://canvas.example.edu'
  const current = { origin: home, path: '/api/v1/courses/1/users?page=1' }
  const at = (reference: string): string => {
    const { origin, path } = rebase(reference, current, [home, 'https://vanity.example.edu'])
    return origin + path
  }

  it('keeps allowed origins and replaces all others', () => {
    assert.equal(at(`${home}/api/v1/x?page=2`), `${home}/api/v1/x?page=2`)
    assert.equal(at('https://VANITY.example.edu/api/v1/x'), 'https://vanity.example.edu/api/v1/x')
    assert.equal(at('http://canvas.example.edu/api/v1/x'), `${home}/api/v1/x`)
    assert.equal(at('https://canvas.example.edu@evil.test/x'), `${home}/x`)
    assert.equal(at('//evil.test/x?y'), `${home}/x?y`)
    assert.equal(at('https://evil.test'), `${home}/`)
  })

  it('resolves relative references', () => {
    assert.equal(at('/api/v1/x?page=2#part'), `${home}/api/v1/x?page=2`)
    assert.equal(at('?page=2'), `${home}/api/v1/courses/1/users?page=2`)
    assert.equal(at('users?page=2'), `${home}/api/v1/courses/1/users?page=2`)
  })

  it('never leaves the allowed origins, whatever the reference', () => {
    const piece = fc.constantFrom(
      'https://',
      'http:',
      '//',
      '/',
      '\\',
      '@',
      'evil.test',
      home,
      '?',
      '#',
      ':',
      'é',
    )
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        (reference) => {
          try {
            const target = rebase(reference, current, [home])
            assert.equal(target.origin, home)
            assert.match(target.path, /^\//)
          } catch (error) {
            assert.ok(isMonitorError(error) && error.code === 'contract')
          }
        },
      ),
    )
  })
})
