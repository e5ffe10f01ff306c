import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  readKeyRing,
  TemplateKeyRing,
  writeKeyRing,
} from '../../../models/template-protection/key-ring.ts';
import {
  TEMPLATE_KEY_BYTES,
  templateKey,
} from '../../../models/template-protection/template-key.ts';
import { required, UsageError } from '../../../shared/kernel/command-line.ts';
import type { Command } from '../command.ts';

const newKey = () => templateKey(randomBytes(TEMPLATE_KEY_BYTES));

/** Each takes the file's path and gives what is to be written. */
const ACTS: Readonly<Record<string, (path: string, keyId?: string) => TemplateKeyRing>> = {
  make: (path) => {
    if (existsSync(path)) throw new UsageError(`is there already: ${path}`);
    return new TemplateKeyRing([newKey()]);
  },
  add: (path) => readKeyRing(path).with(newKey()),
  renew: (path) => {
    const ring = readKeyRing(path);
    if (ring.keys.length < 2) throw new UsageError('there is no key to bring into force: add one');
    return ring.renewed();
  },
  drop: (path, keyId) => {
    const id = required(keyId, 'key');
    const ring = readKeyRing(path);
    if (ring.inForce.id === id) throw new UsageError('that key is in force');
    if (!ring.find(id)) throw new UsageError(`there is no key ${id}`);
    return ring.without(id);
  },
};

export const templatesCommand: Command = {
  summary: "the city's template keys: make, add, renew, drop, list",
  help: `usage: wuma templates list|make|add|renew|drop --key-file FILE [--key ID] [--json]

  list   the ids of the keys, the one in force first
  make   a new file with one key, for a new city
  add    one more key, known and not in force yet
  renew  brings the key that was added last into force
  drop   forgets a key that is not in force (--key ID)

  --key-file FILE  what hubs get as HUB_TEMPLATE_KEY_FILE; mode 0600, never for central
  --json           one line of JSON: {"inForce","known":[..]}

To renew a city's templates without anybody coming again: add, hand the file to every hub and restart each; renew, hand
it out and restart each again; when every hub's status says templates.toRenew 0, drop the old key and hand the file out
(docs/templates.md). In two steps, so that no hub gets a replica under a key that it does not know.
`,
  run: async (args, io) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'key-file': { type: 'string' },
        key: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [what] = positionals;
    const path = required(values['key-file'], 'key-file');
    if (what !== 'list') {
      const act = what !== undefined && Object.hasOwn(ACTS, what) ? ACTS[what] : undefined;
      if (!act) throw new UsageError(`templates what? list, ${Object.keys(ACTS).join(', ')}`);
      writeKeyRing(path, act(path, values.key));
    }
    const [inForce, ...known] = readKeyRing(path).keys.map(({ id }) => id);
    io.out(
      values.json
        ? JSON.stringify({ inForce, known })
        : [`${inForce}  in force`, ...known.map((id) => `${id}  known`)].join('\n'),
    );
    return 0;
  },
};
