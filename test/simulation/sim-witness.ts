import type { ChainWitness } from '../../edge-hub/epoch/chain-witness.ts';

type Place = Parameters<ChainWitness['keep']>[0];
type Witnessed = NonNullable<ReturnType<ChainWitness['read']>>;

/** The witness's file: what is kept in it is not flushed, what it begins with is. */
export class SimWitness implements Pick<ChainWitness, 'read' | 'isSameFile' | 'begin' | 'keep'> {
  /** Which file the database is. */
  private file = 1;
  private begun: Witnessed | undefined;
  private kept: Witnessed | undefined;

  read(): Witnessed | undefined {
    return this.kept;
  }

  isSameFile({ database }: Witnessed): boolean {
    return database === String(this.file);
  }

  begin(at: Place): void {
    this.keep(at);
    this.begun = this.kept;
  }

  keep(at: Place): void {
    this.kept = { ...at, database: String(this.file) };
  }

  cutPower(): void {
    this.kept = this.begun;
  }

  /** The database is another file. @param isTaken whether the witness's file is gone as well */
  replaced(isTaken: boolean): void {
    this.file += 1;
    if (!isTaken) return;
    this.begun = undefined;
    this.kept = undefined;
  }
}
