/** The part of WebAssembly's JavaScript interface that we use; TypeScript has it only together with the DOM. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: {
      readonly initial: number;
      readonly maximum: number;
      readonly shared: boolean;
    });
    readonly buffer: SharedArrayBuffer;
    /** Adds pages of 64 KiB; views made before stay valid for what they cover. */
    grow(pages: number): number;
  }
  const Module: new (bytes: Uint8Array) => object;
  class Instance {
    constructor(module: object, imports: { readonly env: Readonly<Record<string, unknown>> });
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
