import { delimiter, dirname } from 'node:path';
import { BIN_DIR, COMPILE_CACHE_DIR } from './paths.mjs';

/** The only reader of `process.env` in set-up. */
export const environment = process.env;

/**
 * The environment of everything we start: our Node first, then what set-up fetched, then the
 * caller's PATH with the folders of system programs, which PATH often lacks for ordinary users
 * although Debian puts nats-server there.
 *
 * @param {string | undefined} node path of the Node to be found as `node`
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment(node) {
  const folders = [
    ...(node === undefined ? [] : [dirname(node)]),
    BIN_DIR,
    environment.PATH ?? '',
    '/usr/local/sbin',
    '/usr/sbin',
  ];
  return {
    ...environment,
    PATH: folders.filter((folder) => folder !== '').join(delimiter),
    // its own install script wants a host that npm's users may not reach; npm's package has all we use
    ONNXRUNTIME_NODE_INSTALL: 'skip',
    // threads and processes that a program starts begin with it too, which what it switches on itself does not reach;
    // what only looks (doctor) leaves no folder behind
    ...(node === undefined
      ? {}
      : { NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE ?? COMPILE_CACHE_DIR }),
  };
}
