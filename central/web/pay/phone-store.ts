/** What this phone keeps. The private key cannot leave it: it is not extractable. */
export interface KeptPhone {
  readonly keys: CryptoKeyPair;
  /** As its codes carry it; null until central has taken the key. */
  readonly keyId: string | null;
}

const DATABASE = 'wuma-pay';
const STORE = 'phone';
const RECORD = 'this';

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

export function loadPhone(): Promise<KeptPhone | undefined> {
  return inStore<KeptPhone | undefined>(
    'readonly',
    (store) => store.get(RECORD) as IDBRequest<KeptPhone | undefined>,
  );
}

export async function savePhone(phone: KeptPhone): Promise<void> {
  await inStore('readwrite', (store) => store.put(phone, RECORD));
}

/** The key is gone with it: no more codes are made by it, here or elsewhere. */
export async function forgetPhone(): Promise<void> {
  await inStore('readwrite', (store) => store.delete(RECORD));
}
