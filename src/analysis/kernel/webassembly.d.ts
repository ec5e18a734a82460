/** What is used of the standard; Node's types leave it to those of browsers. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer
  }
  interface Instance {
    readonly exports: unknown
  }
  function instantiate(module: Uint8Array, imports: object): Promise<{ readonly instance: Instance }>
}
