/**
 * Finds the text of a member of a JSON object exactly as it was sent. An event's hash is over that
 * text, and `JSON.stringify(JSON.parse(text))` is not always it: integer-like keys move to the front,
 * `1.0` becomes `1`, escapes are rewritten.
 *
 * @param json text that `JSON.parse` has accepted as an object
 * @returns the value's text without surrounding white space, or undefined when the object has no such
 *   member or has it twice (of which `JSON.parse` would silently take the last)
 */
export function rawMember(json: string, name: string): string | undefined {
  let found: string | undefined;
  let at = json.indexOf('{') + 1;
  for (;;) {
    const keyStart = json.indexOf('"', at);
    if (keyStart < 0) return found;
    const keyEnd = endOfString(json, keyStart);
    const key: unknown = JSON.parse(json.slice(keyStart, keyEnd));
    const valueStart = json.indexOf(':', keyEnd) + 1;
    const valueEnd = endOfValue(json, valueStart);
    if (key === name) {
      if (found !== undefined) return undefined;
      found = json.slice(valueStart, valueEnd).trim();
    }
    at = valueEnd + 1;
    if (json[valueEnd] === '}') return found;
  }
}

/** Where the string that starts at this quote ends, past its closing quote. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Where the comma or brace is that ends the value which starts here. */
function endOfValue(json: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < json.length) {
    const character = json[at];
    if (character === '"') {
      at = endOfString(json, at);
      continue;
    }
    if (depth === 0 && (character === ',' || character === '}')) return at;
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    at += 1;
  }
  return at;
}
