/** As much of an answer as is looked at. */
const MOST_BYTES = 65_536

/** The text of an answer; null when it broke off or took too long. */
export async function answerText(response: Response): Promise<string | null> {
  const { body } = response
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > MOST_BYTES) break
    }
  } catch {
    return null
  }
  return Buffer.concat(chunks).toString('utf8')
}
