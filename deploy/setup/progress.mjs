/**
 * Tells on stderr what set-up is doing; stdout belongs to the program that is started.
 *
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`wuma: ${text}\n`);
}

/**
 * Says what starts and how long it took.
 *
 * @template T
 * @param {string} text
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(text, work) {
  const startedAt = Date.now();
  say(`${text} ...`);
  const result = await work();
  say(`${text}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
}
