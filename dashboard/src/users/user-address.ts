const WITHIN = '/users/'

/** The page of a user. Ids may hold anything, slashes too. */
export const userAddress = (user_id: string | number): string =>
  `${WITHIN}${encodeURIComponent(String(user_id))}`

/**
 * Whose page a path is, as the browser has it: the router's own parameter has `a%2Fb` for two different ids.
 * A path that nobody encoded is taken as it is.
 */
export function userOfPath(pathname: string): string {
  const encoded = pathname.slice(WITHIN.length)
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
