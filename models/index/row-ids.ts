import { present } from '../../shared/kernel/assert.ts';

/** Which template is in which row: rows 0..size-1 are in use, without a gap. */
export class RowIds {
  private readonly ids: string[] = [];
  private readonly rowOf = new Map<string, number>();

  get size(): number {
    return this.ids.length;
  }

  idOf(row: number): string {
    return present(this.ids[row], 'id of a row');
  }

  /** The template's row, or the first free one. */
  rowFor(id: string): number {
    return this.rowOf.get(id) ?? this.ids.length;
  }

  /** @param row as `rowFor` said */
  put(id: string, row: number): void {
    this.rowOf.set(id, row);
    this.ids[row] = id;
  }

  /**
   * Takes a template out; the last one moves into its row.
   *
   * @returns undefined when it is not there; else the row that is now free to be overwritten, and the last one
   */
  remove(id: string): { readonly row: number; readonly last: number } | undefined {
    const row = this.rowOf.get(id);
    if (row === undefined) return undefined;
    const last = this.ids.length - 1;
    this.put(this.idOf(last), row);
    this.ids.pop();
    this.rowOf.delete(id);
    return { row, last };
  }
}
