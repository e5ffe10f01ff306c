import { afterAll, expect, test } from 'vitest';
import { runInstallCommand } from './command.ts';
import { removeTemporaryFolders, temporaryFolder } from './pack-fixture.ts';

afterAll(removeTemporaryFolders);

async function run(...args: string[]) {
  let out = '';
  let error = '';
  const code = await runInstallCommand({
    args,
    modelSource: undefined,
    writeOut: (text) => {
      out += text;
    },
    writeError: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}

test('--help tells options and exit codes', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  expect(out).toContain('--pack NAME');
  expect(out).toContain('Exit codes');
});

test('an unknown option or pack is wrong usage', async () => {
  expect(await run('--packs', 'open')).toMatchObject({ code: 2, out: '' });
  const unknown = await run('--pack', 'closed');
  expect(unknown).toMatchObject({ code: 2, out: '' });
  expect(unknown.error).toContain(
    'unknown model pack "closed"; known: open, open-fused, openvino, fused',
  );
});

test('a source that cannot be had has its own exit code and says which', async () => {
  const empty = await temporaryFolder();
  const target = await temporaryFolder();
  const { code, out, error } = await run('--pack', 'openvino', '--dir', target, '--source', empty);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(error).toContain('file:yunet/yunet_n_dynamic.onnx');
});
