/**
 * Options for a worker thread, which inherits the arguments of its process. `--input-type`, as in
 * `node --input-type=module --eval …`, is refused for a thread that runs a file; then it gets no arguments at all,
 * because those that a thread is given may not be about V8 or the process.
 *
 * @param execArgv `process.execArgv`
 */
export function threadArguments(execArgv: readonly string[]): { readonly execArgv?: string[] } {
  return execArgv.some((argument) => argument.startsWith('--input-type')) ? { execArgv: [] } : {}
}
