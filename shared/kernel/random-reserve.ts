/**
 * Random bytes out of a reserve, so that one draw of the system's generator serves many ids. Not for keys: what was handed
 * out stays in memory until the reserve is used up.
 *
 * @param random cryptographically strong bytes
 * @returns bytes that nobody was handed before, good until it is called again
 */
export function randomReserve(
  random: (bytes: number) => Uint8Array,
  reserveBytes = 4_096,
): (bytes: number) => Uint8Array {
  let reserve: Uint8Array = new Uint8Array(0);
  let used = 0;
  return (bytes) => {
    if (used + bytes > reserve.length) {
      reserve = random(Math.max(bytes, reserveBytes));
      used = 0;
    }
    used += bytes;
    return reserve.subarray(used - bytes, used);
  };
}
