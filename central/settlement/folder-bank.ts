import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BankAnswer, BankPort } from './bank-port.ts';

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * A bank behind folders, as banks' host-to-host clients (EBICS, SFTP) mirror them: files for the bank in `out`, its answers
 * in `in`, those that were taken in `taken`. A file is there whole or not at all.
 */
export class FolderBank implements BankPort {
  private readonly out: string;
  private readonly in: string;
  private readonly done: string;

  constructor(dir: string) {
    this.out = join(dir, 'out');
    this.in = join(dir, 'in');
    this.done = join(dir, 'taken');
  }

  async submit({ messageId, xml }: { messageId: string; xml: string }): Promise<void> {
    await mkdir(this.out, { recursive: true });
    await writeWhole(this.out, `${messageId}.xml`, xml);
  }

  async collect(limit: number): Promise<readonly BankAnswer[]> {
    await mkdir(this.in, { recursive: true });
    await mkdir(this.done, { recursive: true });
    const names = (await readdir(this.in)).filter((name) => name.endsWith('.xml')).toSorted();
    return Promise.all(names.slice(0, limit).map((name) => this.answer(name)));
  }

  private async answer(name: string): Promise<BankAnswer> {
    const path = join(this.in, name);
    const { size } = await stat(path);
    return {
      xml: size > MAX_ANSWER_BYTES ? '' : await readFile(path, 'utf8'),
      taken: () => rename(path, join(this.done, name)),
    };
  }
}

/** Writes a file so that after a crash it is there whole or not at all, and once this resolves it is on disk. */
async function writeWhole(dir: string, name: string, text: string): Promise<void> {
  const draft = join(dir, `.${name}.part`);
  const file = await open(draft, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(dir, name));
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
