import assert from 'node:assert/strict'
import { test } from 'node:test'
import { courseOf, urlTemplate } from '../../src/telemetry/url-template.ts'
import fc from '../support/fast-check.ts'

const TEMPLATES: Readonly<Record<string, string>> = {
  '/api/v1/courses': '/api/v1/courses',
  '/api/v1/courses/4711/students/submissions': '/api/v1/courses/{id}/students/submissions',
  '/api/v1/accounts/self/courses': '/api/v1/accounts/self/courses',
  '/api/v1/courses/sis_course_id:MATH-1/sections': '/api/v1/courses/{id}/sections',
  '/api/v1/users/sis_login_id:jane.roe@uni.test/profile': '/api/v1/users/{id}/profile',
  '/api/v1/courses/1/pages/jane': '/api/v1/courses/{id}/pages/{id}',
  '/api/v1/courses/10000000000001/assignments/9/submissions/7':
    '/api/v1/courses/{id}/assignments/{id}/submissions/{id}',
  '/api/quiz/v1/courses/1/quizzes': '/api/quiz/v1/courses/{id}/quizzes',
  'jane/courses': '{id}/courses',
  '/api/v1/Courses/1': '/api/v1/{id}/{id}',
  '': '',
}

for (const [endpoint, template] of Object.entries(TEMPLATES)) {
  test(`a call of ${endpoint === '' ? 'nothing' : endpoint} is one of ${template}`, () => {
    assert.equal(urlTemplate(endpoint), template)
  })
}

test('a template has Canvas’s own words in it and no other, however the address is made', () => {
  const own = fc.constantFrom('api', 'v1', 'courses', 'users', 'submissions', 'self')
  const foreign = fc.string({ minLength: 1 }).map((text) => `Zw${text.replaceAll('/', '')}`)
  fc.assert(
    fc.property(fc.array(fc.oneof(own, foreign), { maxLength: 30 }), (segments) => {
      const told = urlTemplate(`/${segments.join('/')}`)
      assert.ok(!told.includes('Zw'))
      assert.ok(told.split('/').length <= 17, told)
      assert.match(told, /^(?:\/(?:api|v1|courses|users|submissions|self|\{id\})?)*$/)
      assert.equal(told, urlTemplate(`/${segments.join('/')}`.replaceAll('Zw', 'Xy')))
    }),
  )
})

test('an address names a course by a number that stands behind /courses/, and by nothing else', () => {
  assert.equal(courseOf('/api/v1/courses/4711'), '4711')
  assert.equal(courseOf('/api/v1/courses/4711/sections'), '4711')
  for (const other of [
    '/api/v1/courses',
    '/api/v1/courses/sis_course_id:jane',
    '/api/v1/users/7/courses/8',
  ]) {
    assert.equal(courseOf(other), null, other)
  }
})
