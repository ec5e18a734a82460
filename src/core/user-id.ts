const CANONICAL_INTEGER = /^(?:0|-?[1-9]\d{0,15})$/

/**
 * The form in which a user id leaves us: a canonical safe integer as a JSON number (the earlier system's
 * dashboards expect `42`), anything else as the string it is, so that nothing is rounded or reshaped.
 */
export function emitUserId(user_id: string | null): string | number | null {
  if (user_id === null || !CANONICAL_INTEGER.test(user_id)) return user_id
  const number = Number(user_id)
  return Number.isSafeInteger(number) ? number : user_id
}
