import type { Chunk, ChunkStore, Stretch } from './chunk-store.ts';

/** Ids are ASCII, and not empty. */
const BEFORE_ALL = '';
const AFTER_ALL = '\u{7f}';

/** The gallery in pieces, each to be read from its file or from the database's rows. */
export type Piece =
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  | { readonly kind: 'rows'; readonly rows: Stretch };

/**
 * Cuts the gallery into pieces, in the order of template ids: what is in files, and what lies between, before and after
 * them. A last file that is half empty is given up for one with what has come since, so that enrolments one by one do
 * not leave a file each.
 */
export function* planPieces(
  store: ChunkStore,
  { space, chunkRows }: { readonly space: string; readonly chunkRows: number },
): Generator<Piece> {
  const chunks: Chunk[] = [];
  for (const chunk of store.written(space)) {
    // of a hub that made larger ones: its rows are cut anew
    if (chunk.rowCount > chunkRows) store.drop(chunk.chunkId);
    else chunks.push(chunk);
  }
  const last = chunks.at(-1);
  const isOutgrown =
    last !== undefined &&
    last.rowCount < chunkRows / 2 &&
    store.stretchBetween(last.lastId, AFTER_ALL, 1) !== undefined;
  if (isOutgrown) {
    chunks.pop();
    store.drop(last.chunkId);
  }
  let after = BEFORE_ALL;
  for (const chunk of chunks) {
    yield* rowsBetween(store, { after, before: chunk.firstId, chunkRows });
    yield { kind: 'chunk', chunk };
    after = chunk.lastId;
  }
  yield* rowsBetween(store, { after, before: AFTER_ALL, chunkRows });
}

function* rowsBetween(
  store: ChunkStore,
  gap: { readonly after: string; readonly before: string; readonly chunkRows: number },
): Generator<Piece> {
  for (let { after } = gap; ; ) {
    const rows = store.stretchBetween(after, gap.before, gap.chunkRows);
    if (!rows) return;
    yield { kind: 'rows', rows };
    after = rows.lastId;
  }
}
