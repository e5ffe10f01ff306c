/** What is used of the optional package `usearch`, so that the types are there where it is not. */
declare module 'usearch' {
  export const MetricKind: { readonly IP: string };

  /** Searches all rows; the rows lie one after the other. @returns row numbers and distances, best first */
  export function exactSearch(
    dataset: Float32Array,
    queries: Float32Array,
    dimensions: number,
    count: number,
    metric: string,
    threads: number,
  ): { readonly keys: BigUint64Array; readonly distances: Float32Array };
}
