/** As `analyze` takes them for ids: `123`, `7~123`, a UUID, `sis_course_id:X` and `lti_context_id:X`. */
const ID = /^(?:\d+(?:~\d+)?|[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}|(?:sis_|lti_).*:.*)$/
const LONGEST = 500

/** A path with each id as `:id` and without its query, so that one kind of call is one text. */
export function endpointShape(path: string): string {
  const bare = /^[^?#]*/.exec(path.slice(0, LONGEST))?.[0] ?? ''
  return bare
    .split('/')
    .map((segment) => (ID.test(segment) ? ':id' : segment))
    .join('/')
}
