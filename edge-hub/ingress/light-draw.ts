import { LIGHT_SEQUENCES, type LightColour } from '../../shared/contracts/light-sequence.ts';
import { present } from '../../shared/kernel/assert.ts';

const RANGE = 2 ** 16;
/** What lies above would make the first sequences likelier than the others. */
const FAIR = RANGE - (RANGE % LIGHT_SEQUENCES.length);

/**
 * Draws one of all sequences, each as likely as the others.
 *
 * @param random cryptographically strong bytes
 */
export function drawLight(random: (bytes: number) => Buffer): readonly LightColour[] {
  for (;;) {
    const drawn = random(2).readUInt16BE();
    if (drawn < FAIR) return present(LIGHT_SEQUENCES[drawn % LIGHT_SEQUENCES.length], 'a sequence');
  }
}
