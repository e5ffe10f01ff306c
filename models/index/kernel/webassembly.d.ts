/** The part of WebAssembly's JavaScript interface that we use; TypeScript has it only together with the DOM. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: {
      readonly initial: number;
      readonly maximum?: number;
      readonly shared?: boolean;
    });
    /** Of an unshared memory: detached when it grows. */
    readonly buffer: ArrayBufferLike;
    /** Adds pages of 64 KiB. Views on a shared memory stay valid for what they cover. */
    grow(pages: number): number;
  }
  const Module: new (bytes: Uint8Array) => object;
  class Instance {
    constructor(module: object, imports: { readonly env: Readonly<Record<string, unknown>> });
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
