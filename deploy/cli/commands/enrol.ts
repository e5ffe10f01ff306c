import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { uuidV7 } from '../../../shared/domain/ids.ts';
import { type Command, listOf, required, UsageError } from '../command.ts';
import { HubClient } from '../hub-client.ts';

/** The text a person agreed to; the hub keeps it with the consent. */
const CONSENT_TEXT_VERSION = '2026-11';
const MAX_PHOTOS = 5;

export const enrolCommand: Command = {
  summary: 'enrol a person from photo files',
  help: `usage: wuma enrol --hub URL --token-file FILE --photos A.jpg,B.jpg --streets ID,ID [options]

  --hub URL            the hub, for instance http://localhost:7410
  --token-file FILE    the hub's admin.token
  --photos FILES       1 to ${MAX_PHOTOS} pictures of one person, with commas between
  --streets IDS        streets whose hubs the person agreed to
  --phone-last4 NNNN   last digits of the phone number, asked for where a face alone is not sure
  --language LANG      language of the consent text, zh-CN or en (default en)
  --enrolment-id UUID  UUIDv7; the same again is answered the same (default: a new one)
  --json               one line of JSON: {"enrolmentId","shopperId","packId","faces"}

Only with the person's own consent: the command records that it was given.
`,
  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        hub: { type: 'string' },
        'token-file': { type: 'string' },
        photos: { type: 'string' },
        streets: { type: 'string' },
        'phone-last4': { type: 'string' },
        language: { type: 'string', default: 'en' },
        'enrolment-id': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const photos = listOf(required(values.photos, 'photos'));
    if (photos.length > MAX_PHOTOS) throw new UsageError(`at most ${MAX_PHOTOS} photos`);
    const streets = listOf(required(values.streets, 'streets'));
    const client = HubClient.withTokenFile(
      required(values.hub, 'hub'),
      required(values['token-file'], 'token-file'),
    );
    const enrolmentId = values['enrolment-id'] ?? uuidV7(Date.now(), randomBytes(10));
    io.progress(`enrolling from ${photos.length} photos`);
    const answer = await client.enrol({
      enrolmentId,
      photos: photos.map((path) => ({
        name: basename(path),
        bytes: new Uint8Array(readFileSync(path)),
      })),
      consent: { textVersion: CONSENT_TEXT_VERSION, language: values.language, streets },
      ...(values['phone-last4'] === undefined ? {} : { phoneLast4: values['phone-last4'] }),
    });
    io.out(
      values.json
        ? JSON.stringify({ enrolmentId, ...answer })
        : `enrolled as ${answer.shopperId} (${answer.faces} pictures used, pack ${answer.packId})`,
    );
    return 0;
  },
};
