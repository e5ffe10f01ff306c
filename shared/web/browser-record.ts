/** Where a record lies in the browser's IndexedDB; whoever changes it loses what browsers have kept. */
export interface RecordPlace {
  readonly database: string;
  readonly store: string;
  readonly key: string;
}

/** One thing that a browser keeps over restarts: may hold keys that are not extractable, which no text store can. */
export class BrowserRecord<Kept> {
  private readonly place: RecordPlace;

  constructor(place: RecordPlace) {
    this.place = place;
  }

  /** @returns undefined before anything was kept */
  async load(): Promise<Kept | undefined> {
    return this.inStore<Kept | undefined>(
      'readonly',
      (store) => store.get(this.place.key) as IDBRequest<Kept | undefined>,
    );
  }

  /** Resolves when it is on the disk. */
  async save(kept: Kept): Promise<void> {
    await this.inStore('readwrite', (store) => store.put(kept, this.place.key));
  }

  async forget(): Promise<void> {
    await this.inStore('readwrite', (store) => store.delete(this.place.key));
  }

  private async inStore<T>(
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const database = await this.open();
    try {
      return await new Promise<T>((resolve, reject) => {
        const transaction = database.transaction(this.place.store, mode);
        const request = act(transaction.objectStore(this.place.store));
        // the transaction's end, not the request's: only then is it on disk
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = () =>
          reject(new Error('IndexedDB transaction failed', { cause: transaction.error }));
      });
    } finally {
      database.close();
    }
  }

  private open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(this.place.database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(this.place.store);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('IndexedDB did not open', { cause: request.error }));
    });
  }
}
