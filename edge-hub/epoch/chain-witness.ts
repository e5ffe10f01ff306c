import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { sha256HexSchema } from '../../shared/contracts/primitives.ts';
import { writeDurably } from '../../shared/kernel/durable-file.ts';

/** A place in the hub's chain. */
interface ChainPlace {
  readonly seq: number;
  readonly hash: string;
}

const witnessSchema = z.object({
  seq: z.int().min(0),
  hash: sha256HexSchema,
  /** Which file the database is; empty where the file system does not tell. */
  database: z.string(),
});
type Witnessed = z.infer<typeof witnessSchema>;

/** The text is always as long as this, in one sector: it is written over itself, and a power cut leaves the one or the other. */
const BYTES = 256;

/**
 * What a hub remembers of its chain beside its database, so that it sees when the database is not the one that it has written
 * last. Invariant: never ahead of what is on disk of the chain.
 */
export class ChainWitness {
  private readonly path: string;
  private readonly databasePath: string;

  constructor(paths: { readonly path: string; readonly databasePath: string }) {
    this.path = paths.path;
    this.databasePath = paths.databasePath;
  }

  /** What was kept last; undefined where there is nothing, or nothing that can be read. */
  read(): Witnessed | undefined {
    try {
      return witnessSchema.parse(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** Whether the database is the file that it was then, as far as the file system tells. */
  isSameFile({ database }: Witnessed): boolean {
    const now = this.fileId();
    return database === '' || now === '' || database === now;
  }

  /** Begins to remember; on disk when it returns. */
  begin(at: ChainPlace): void {
    writeDurably(this.path, this.textOf(at));
  }

  /** Remembers from now on; not waited for: a power cut may take it back. @param at is on disk */
  keep(at: ChainPlace): void {
    const file = openSync(this.path, 'r+');
    try {
      writeSync(file, this.textOf(at), 0);
    } finally {
      closeSync(file);
    }
  }

  private textOf(at: ChainPlace): string {
    const witnessed: Witnessed = { ...at, database: this.fileId() };
    return `${JSON.stringify(witnessed).padEnd(BYTES - 1)}\n`;
  }

  /** When the file was made, which no copy takes along. A file system that does not know it says the last change instead. */
  private fileId(): string {
    const { birthtimeNs, ctimeNs } = statSync(this.databasePath, { bigint: true });
    return birthtimeNs === 0n || birthtimeNs === ctimeNs ? '' : String(birthtimeNs);
  }
}
