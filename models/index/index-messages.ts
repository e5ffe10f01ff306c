import {
  type Candidate,
  GalleryFullError,
  IndexFault,
  IndexUnavailableError,
  type SearchOptions,
  type TemplateUpdate,
} from './gallery-index.ts';

/** Commands are carried out one after the other, in the order in which they were given. */
export type IndexCommand =
  | ({ readonly kind: 'update' } & TemplateUpdate)
  | {
      readonly kind: 'search';
      readonly embedding: Float32Array;
      readonly options: SearchOptions;
    }
  | { readonly kind: 'close' };

export interface IndexRequest {
  readonly number: number;
  readonly command: IndexCommand;
}

export interface IndexReply {
  /** The request's; 0 for the first message of all: the engine is open, or is not. */
  readonly number: number;
  readonly name: string;
  readonly size: number;
  readonly elapsedMs: number;
  /** How many templates are gone. */
  readonly erased: number;
  readonly candidates: readonly Candidate[];
  readonly certified: boolean;
  /** Why the command was refused; nothing was changed then. */
  readonly refusal?: Refusal;
}

/** An error's class does not survive a message, so it is named. */
export interface Refusal {
  readonly kind: keyof typeof REFUSALS;
  readonly message: string;
}

const REFUSALS = {
  range: RangeError,
  full: GalleryFullError,
  unavailable: IndexUnavailableError,
  fault: IndexFault,
} as const;

export function refusalOf(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError) return { kind: 'range', message };
  if (error instanceof GalleryFullError) return { kind: 'full', message };
  if (error instanceof IndexUnavailableError) return { kind: 'unavailable', message };
  return { kind: 'fault', message };
}

export function errorOf({ kind, message }: Refusal): Error {
  return new REFUSALS[kind](message);
}
