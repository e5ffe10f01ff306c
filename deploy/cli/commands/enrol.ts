import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { uuidV7 } from '../../../shared/domain/ids.ts';
import { required, UsageError } from '../../../shared/kernel/command-line.ts';
import { type Command, listOf } from '../command.ts';
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
  --phone-file FILE    the phone number as 8 to 15 digits in the first line: with a PIN it can be paid by, and its last 4
                       are asked for where a face alone is not sure
  --last4 NNNN         these alone, without the number
  --pin-file FILE      a PIN of 6 digits in the first line, asked for above an amount, of look-alikes and where
                       digits are not enough; - reads standard input. Without digits and PIN such a payment goes another way
  --minor              the person is under age: a lower limit
  --twin               you have seen that this is somebody else than the person of the nearest face; both get a PIN rule
  --language LANG      language of the consent text, zh-CN or en (default en)
  --enrolment-id UUID  UUIDv7; the same again is answered the same (default: a new one)
  --json               one line of JSON: {"enrolmentId","shopperId","packId","faces","pinRule"}

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
        'phone-file': { type: 'string' },
        last4: { type: 'string' },
        'pin-file': { type: 'string' },
        minor: { type: 'boolean', default: false },
        twin: { type: 'boolean', default: false },
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
      ...(values['phone-file'] === undefined ? {} : { phone: firstLine(values['phone-file']) }),
      ...(values.last4 === undefined ? {} : { phoneLast4: values.last4 }),
      ...(values['pin-file'] === undefined ? {} : { pin: firstLine(values['pin-file']) }),
      minor: values.minor,
      twin: values.twin,
    });
    io.out(
      values.json
        ? JSON.stringify({ enrolmentId, ...answer })
        : `enrolled as ${answer.shopperId} (${answer.faces} pictures used, pack ${answer.packId})`,
    );
    if (answer.pinRule) {
      io.progress('somebody enrolled looks nearly the same: both give the PIN at every payment');
    }
    return 0;
  },
};

const STANDARD_INPUT = 0;

/** Not on the command line, which everybody on the machine can read. */
function firstLine(file: string): string {
  const text = readFileSync(file === '-' ? STANDARD_INPUT : file, 'utf8');
  return text.split('\n', 1)[0]?.trim() ?? '';
}
