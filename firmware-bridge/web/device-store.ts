/** Who this browser is at the hub. The private key cannot leave the browser: it is not extractable. */
export interface DeviceIdentity {
  readonly terminalId: string;
  readonly keys: CryptoKeyPair;
}

const DATABASE = 'wuma-kiosk';
const STORE = 'device';
const RECORD = 'identity';

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error('IndexedDB did not open', { cause: request.error }));
  });
}

async function inStore<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await openDatabase();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      // the transaction's end, not the request's: only then is it on disk
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () =>
        reject(new Error('IndexedDB transaction failed', { cause: transaction.error }));
    });
  } finally {
    database.close();
  }
}

/** The identity of this browser, or undefined before it is paired. */
export async function loadIdentity(): Promise<DeviceIdentity | undefined> {
  const kept: DeviceIdentity | undefined = await inStore<DeviceIdentity | undefined>(
    'readonly',
    (store) => store.get(RECORD) as IDBRequest<DeviceIdentity | undefined>,
  );
  return kept;
}

export async function saveIdentity(identity: DeviceIdentity): Promise<void> {
  await inStore('readwrite', (store) => store.put(identity, RECORD));
}

export async function forgetIdentity(): Promise<void> {
  await inStore('readwrite', (store) => store.delete(RECORD));
}
