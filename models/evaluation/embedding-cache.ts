import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { present } from '../../shared/kernel/assert.ts';
import { embedPictures } from './embed-pictures.ts';

const headSchema = z.strictObject({
  packId: z.string(),
  dimension: z.int(),
  /** Path below the folder, size in bytes, and whether a face was found. */
  pictures: z.array(z.tuple([z.string(), z.int(), z.boolean()])),
});

type Embeddings = Map<string, Float32Array | undefined>;

/**
 * `embedPictures`, with a file that keeps the answers: one line of JSON, a line feed, then the found faces'
 * embeddings as little-endian float32. It holds faces: keep it where the pictures are kept.
 *
 * Another pack, or pictures with other paths or sizes, are embedded again and the file is replaced.
 *
 * @param file undefined for none
 */
export async function embedWithCache(
  file: string | undefined,
  options: Parameters<typeof embedPictures>[0],
): Promise<Embeddings> {
  if (file === undefined) return embedPictures(options);
  const { pack, dir, paths } = options;
  const sizes = await Promise.all(paths.map(async (path) => (await stat(join(dir, path))).size));
  const isSame = (head: z.infer<typeof headSchema>): boolean =>
    head.packId === pack.id &&
    head.pictures.length === paths.length &&
    head.pictures.every(([path, bytes], i) => path === paths[i] && bytes === sizes[i]);
  const kept = await read(file);
  if (kept && isSame(kept.head)) return kept.embeddings;
  const embeddings = await embedPictures(options);
  const pictures = paths.map((path, i): [string, number, boolean] => [
    path,
    present(sizes[i], 'a size'),
    embeddings.get(path) !== undefined,
  ]);
  const head = { packId: pack.id, dimension: pack.manifest.embed.dimension, pictures };
  const rows = paths.flatMap((path) => {
    const embedding = embeddings.get(path);
    return embedding ? [Buffer.from(Float32Array.from(embedding).buffer)] : [];
  });
  await writeFile(file, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...rows]));
  return embeddings;
}

async function read(
  file: string,
): Promise<{ head: z.infer<typeof headSchema>; embeddings: Embeddings } | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const headEnd = bytes?.indexOf('\n') ?? -1;
  if (!bytes || headEnd < 0) return undefined;
  const parsed = headSchema.safeParse(JSON.parse(bytes.subarray(0, headEnd).toString()));
  if (!parsed.success) return undefined;
  const head = parsed.data;
  const found = head.pictures.filter(([, , hasFace]) => hasFace).length;
  if (bytes.length - headEnd - 1 !== found * head.dimension * 4) return undefined;
  const values = new Float32Array(Uint8Array.from(bytes.subarray(headEnd + 1)).buffer);
  let row = 0;
  const embeddings: Embeddings = new Map();
  for (const [path, , hasFace] of head.pictures) {
    const at = row * head.dimension;
    embeddings.set(path, hasFace ? values.slice(at, at + head.dimension) : undefined);
    if (hasFace) row += 1;
  }
  return { head, embeddings };
}
